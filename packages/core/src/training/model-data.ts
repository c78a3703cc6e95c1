import { LockstepError } from '../errors.ts'
import type { Batch } from './batch.ts'
import { arraysFor, commonLength, type ModelData, type TensorSpec } from './data.ts'
import type { NdArray } from './ndarray.ts'
import { type Objective, targetShape } from './objective.ts'
import type { Program } from './program.ts'
import { type ArraySet, type BatchSource, batchOf } from './source.ts'
import { type ClassWeight, checkTargets, combinedWeights } from './targets.ts'

/** Weights of samples and classes in the loss. */
export interface WeightOptions {
  /** One number ≥ 0 per sample; with several outputs a list or a record of them. */
  readonly sampleWeight?: ModelData
  readonly classWeight?: ClassWeight
}

/** A batch as a dataset yields it. */
export type DatasetBatch =
  | { readonly x: ModelData; readonly y: ModelData; readonly sampleWeight?: ModelData }
  | readonly [x: ModelData, y: ModelData, sampleWeight?: ModelData]

/** Batches, in order: anything that can be iterated anew for every epoch, or one endless or long iterator. */
export type Dataset = Iterable<DatasetBatch> | AsyncIterable<DatasetBatch>

/** Inputs without targets, for prediction. */
export function inputSet({ network }: Program, x: ModelData): ArraySet {
  const inputs = arraysFor('x', x, network.inputs)
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
    return combinedWeights(target, objective as Objective, sampleWeights[index], options.classWeight)
  })
  return { inputs, targets, weights, length }
}

/** All samples as one batch. */
export function wholeBatch(set: ArraySet): Batch {
  return batchOf(set, { start: 0, count: set.length })
}

/** The first `1 − split` of the samples, and the rest for validation, as Keras splits: before any shuffling. */
export function splitSet(set: ArraySet, split: number): [training: ArraySet, validation: ArraySet] {
  if (!(split > 0 && split < 1)) {
    throw new LockstepError(
      'invalid-argument',
      { argument: 'validationSplit' },
      `validationSplit is ${split}; expected a fraction between 0 and 1`,
    )
  }
  const at = Math.floor(set.length * (1 - split))
  return [sliceSet(set, 0, at), sliceSet(set, at, set.length)]
}

function sliceSet(set: ArraySet, start: number, end: number): ArraySet {
  return {
    length: end - start,
    inputs: set.inputs.map((array) => array.slice(start, end)),
    targets: set.targets.map((array) => array.slice(start, end)),
    weights: set.weights.map((weights) => weights?.subarray(start, end)),
  }
}

/** Batches from a dataset; one that can be iterated only once goes on where the epoch before stopped. */
export function datasetSource(
  program: Program,
  dataset: Dataset,
  options: { limit?: number; classWeight?: ClassWeight },
): BatchSource {
  const { limit, classWeight } = options
  let current: AsyncIterator<DatasetBatch> | Iterator<DatasetBatch> | undefined
  return {
    ...(limit === undefined ? {} : { batches: limit }),
    async *epoch(_, first) {
      current ??= iterate(dataset)
      for (let index = 0; limit === undefined || index < limit; index++) {
        const { value, done } = await current.next()
        if (done) {
          current = undefined
          if (limit !== undefined && index < limit) throw endedEarly(index, limit)
          return
        }
        if (index >= first) yield datasetBatch(program, value, classWeight)
      }
    },
  }
}

function iterate(dataset: Dataset): AsyncIterator<DatasetBatch> | Iterator<DatasetBatch> {
  return Symbol.asyncIterator in dataset ? dataset[Symbol.asyncIterator]() : dataset[Symbol.iterator]()
}

function datasetBatch(program: Program, value: DatasetBatch, classWeight: ClassWeight | undefined): Batch {
  const [x, y, sampleWeight] = 'x' in value ? [value.x, value.y, value.sampleWeight] : value
  return wholeBatch(
    trainingSet(program, x, y, {
      ...(sampleWeight === undefined ? {} : { sampleWeight }),
      ...(classWeight === undefined ? {} : { classWeight }),
    }),
  )
}

function endedEarly(batches: number, limit: number): LockstepError {
  return new LockstepError(
    'invalid-data',
    { source: 'dataset' },
    `the dataset ended after ${batches} batches of this epoch; stepsPerEpoch is ${limit}: repeat the dataset or lower stepsPerEpoch`,
  )
}

/** Whether `fit` got a dataset of batches rather than arrays. */
export function isDataset(x: ModelData | Dataset): x is Dataset {
  if (typeof x !== 'object' || x === null || ArrayBuffer.isView(x)) return false
  if (Symbol.asyncIterator in x) return true
  if (!(Symbol.iterator in x)) return false
  const first = Array.isArray(x) ? (x[0] as unknown) : undefined
  return !Array.isArray(x) || (typeof first === 'object' && first !== null && 'x' in first && 'y' in first)
}
