import { LockstepError } from '../errors.ts'
import { sizeOf } from '../graph/node.ts'
import type { NdArray } from './ndarray.ts'
import type { Objective } from './objective.ts'

/**
 * Checks labels before anything is computed: no NaN, and class numbers within range. Throws `invalid-data` naming the
 * first bad sample.
 */
export function checkTargets(targets: NdArray, { name, loss, classes }: Objective): void {
  const width = sizeOf(targets.shape.slice(1))
  const { data } = targets
  const bad = (index: number, expected: string): never => {
    throw new LockstepError(
      'invalid-data',
      { source: `targets of ${name}` },
      `the target of output ${JSON.stringify(name)} for sample ${Math.floor(index / width)} is ${data[index]}; expected ${expected}`,
    )
  }
  if (loss.targets === 'sparse') {
    for (let index = 0; index < data.length; index++) {
      const label = data[index] as number
      if (!(Number.isInteger(label) && label >= 0 && label < classes))
        bad(index, `a class number from 0 to ${classes - 1}`)
    }
    return
  }
  const [low, high] = loss.categorical ? [0, 1] : [-Number.MAX_VALUE, Number.MAX_VALUE]
  const expected = loss.categorical
    ? `a probability from 0 to 1, as ${loss.name} takes them`
    : 'a finite number; remove or repair the sample'
  for (let index = 0; index < data.length; index++) {
    const value = data[index] as number
    if (!(value >= low && value <= high)) bad(index, expected)
  }
}

/** Weights by class number: `{ 0: 1, 1: 5 }`; classes that are not listed weigh 1. */
export type ClassWeight = Readonly<Record<number, number>>

/**
 * Sample weights times class weights, or undefined where every sample weighs 1. Throws `invalid-data` for weights that
 * are negative or not finite, `invalid-argument` where a sample has no one class.
 */
export function combinedWeights(
  targets: NdArray,
  objective: Objective,
  sampleWeight: NdArray | undefined,
  classWeight: ClassWeight | undefined,
): Float32Array | undefined {
  if (sampleWeight === undefined && classWeight === undefined) return undefined
  const weights =
    sampleWeight === undefined ? new Float32Array(targets.length).fill(1) : Float32Array.from(sampleWeight.data)
  const bad = weights.findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)))
  if (bad >= 0) {
    throw new LockstepError(
      'invalid-data',
      { source: 'sampleWeight' },
      `sampleWeight of sample ${bad} is ${weights[bad]}; expected a finite number ≥ 0`,
    )
  }
  if (classWeight !== undefined) {
    checkClassWeight(classWeight)
    const classOf = classReader(targets, objective)
    for (let sample = 0; sample < weights.length; sample++) {
      weights[sample] = (weights[sample] as number) * (classWeight[classOf(sample)] ?? 1)
    }
  }
  return weights
}

function checkClassWeight(classWeight: ClassWeight): void {
  const bad = Object.entries(classWeight).find(([, weight]) => !(weight >= 0 && Number.isFinite(weight)))
  if (bad === undefined) return
  throw new LockstepError(
    'invalid-data',
    { source: 'classWeight' },
    `classWeight of class ${bad[0]} is ${bad[1]}; expected a finite number ≥ 0`,
  )
}

function classReader({ data, shape }: NdArray, { name, loss }: Objective): (sample: number) => number {
  if (shape.length > 2 || (loss.targets === 'sparse' && sizeOf(shape.slice(1)) !== 1)) {
    throw new LockstepError(
      'invalid-argument',
      { argument: 'classWeight' },
      `classWeight needs one class per sample, but the targets of output ${JSON.stringify(name)} have several; use sampleWeight`,
    )
  }
  const width = shape[1] ?? 1
  if (width === 1) return (sample) => data[sample] as number
  return (sample) => {
    let best = 0
    for (let column = 1; column < width; column++) {
      if ((data[sample * width + column] as number) > (data[sample * width + best] as number)) best = column
    }
    return best
  }
}
