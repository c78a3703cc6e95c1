import { LockstepError } from '../errors.ts'
import type { Batch } from './batch.ts'
import { arraysFor, commonLength, type ModelData, type TensorSpec } from './data.ts'
import { checkIndices } from './indices.ts'
import type { NdArray } from './ndarray.ts'
import { targetShape } from './objective.ts'
import type { Program } from './program.ts'
import { type ArraySet, batchOf } from './source.ts'
import { type ClassWeight, checkTargets, combinedWeights } from './targets.ts'

/** Weights of samples and classes in the loss. */
export interface WeightOptions {
  /** One number ≥ 0 per sample; with several outputs a list or a record of them. */
  readonly sampleWeight?: ModelData
  readonly classWeight?: ClassWeight
}

/** Inputs without targets, for prediction. */
export function inputSet({ network }: Program, x: ModelData): ArraySet {
  const inputs = arraysFor('x', x, network.inputs)
  checkIndices(network, inputs)
  return { inputs, targets: [], weights: [], length: commonLength(inputs.map(({ length }) => ({ what: 'x', length }))) }
}

/** Inputs, targets and weights, checked against the program. */
export function trainingSet(program: Program, x: ModelData, y: ModelData, options: WeightOptions = {}): ArraySet {
  const { inputs } = inputSet(program, x)
  const specs = program.objectives.map(
    (objective): TensorSpec => ({ name: objective.name, shape: targetShape(objective) }),
  )
  const targets = arraysFor('y', y, specs)
  const sampleWeights =
    options.sampleWeight === undefined
      ? []
      : arraysFor(
          'sampleWeight',
          options.sampleWeight,
          specs.map(({ name }) => ({ name, shape: [] })),
        )
  const length = commonLength([
    ...inputs.map((array) => ({ what: 'x', length: array.length })),
    ...targets.map((array) => ({ what: 'y', length: array.length })),
    ...sampleWeights.map((array) => ({ what: 'sampleWeight', length: array.length })),
  ])
  const weights = program.objectives.map((objective, index) => {
    const target = targets[index] as NdArray
    checkTargets(target, objective)
    return combinedWeights(target, objective, sampleWeights[index], options.classWeight)
  })
  return { inputs, targets, weights, length }
}

/** All samples as one batch. */
export function wholeBatch(set: ArraySet): Batch {
  return batchOf(set, { start: 0, count: set.length })
}

/**
 * The first `1 − split` of the samples, and the rest for validation, as Keras splits: before any shuffling. Throws
 * `invalid-argument` where either would be empty, unless it `mayBeEmpty`: the part of one of several ranks.
 */
export function splitSet(set: ArraySet, split: number, mayBeEmpty = false): [training: ArraySet, validation: ArraySet] {
  const at = Math.floor(set.length * (1 - split))
  if (!(split > 0 && split < 1 && (mayBeEmpty || (at > 0 && at < set.length)))) {
    throw new LockstepError(
      'invalid-argument',
      { argument: 'validationSplit' },
      `validationSplit is ${split} of ${set.length} samples; expected a fraction between 0 and 1 that leaves some of them on each side`,
    )
  }
  return [sliceSet(set, 0, at), sliceSet(set, at, set.length)]
}

/** The samples `[start, end)`, over the same memory. */
export function sliceSet(set: ArraySet, start: number, end: number): ArraySet {
  return {
    length: end - start,
    inputs: set.inputs.map((array) => array.slice(start, end)),
    targets: set.targets.map((array) => array.slice(start, end)),
    weights: set.weights.map((weights) => weights?.subarray(start, end)),
  }
}
