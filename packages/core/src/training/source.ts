import { LockstepError } from '../errors.ts'
import { permutation } from '../random/index.ts'
import type { Batch, Rows } from './batch.ts'
import { weightsOf } from './batch.ts'
import type { NdArray } from './ndarray.ts'

/** Where the batches of an epoch come from. */
export interface BatchSource {
  /** Samples of an epoch, where known beforehand. */
  readonly samples?: number
  /** Batches of an epoch, where known beforehand. */
  readonly batches?: number
  /** No batch has to be waited for. */
  readonly inMemory?: boolean
  /** The batches of epoch `epoch` from number `first` on. */
  epoch(epoch: number, first: number): Iterable<Batch> | AsyncIterable<Batch>
}

/** Arrays of equal length, checked and in the order of the model's inputs and outputs. */
export interface ArraySet {
  readonly length: number
  readonly inputs: readonly NdArray[]
  readonly targets: readonly NdArray[]
  /** For each output; undefined where every sample weighs 1. */
  readonly weights: readonly (Float32Array | undefined)[]
}

export interface ArraySourceOptions {
  readonly batchSize: number
  /** `true`: samples are permuted anew each epoch. `'batch'`: whole batches are. Keyed by seed and epoch alone. */
  readonly shuffle: boolean | 'batch'
  readonly seed: number
  /** At most this many batches an epoch. */
  readonly limit?: number
}

/** Batches over arrays; the last one holds the rest. */
export function arraySource(set: ArraySet, options: ArraySourceOptions): BatchSource {
  checkBatchSize(options.batchSize)
  const all = Math.ceil(set.length / options.batchSize)
  const batches = Math.min(all, options.limit ?? all)
  return {
    batches,
    inMemory: true,
    samples: Math.min(set.length, batches * options.batchSize),
    *epoch(epoch, first) {
      const rowsOf = rowPlan(set.length, epoch, options)
      for (let index = first; index < batches; index++) yield batchOf(set, rowsOf(index))
    },
  }
}

/** The rows of `set` as one batch. */
export function batchOf(set: ArraySet, rows: Rows): Batch {
  const size = rows instanceof Uint32Array ? rows.length : rows.count
  return {
    size,
    rows,
    inputs: set.inputs,
    targets: set.targets,
    weights: set.weights.map((weights) => weightsOf(weights, rows)),
  }
}

/** Throws `invalid-argument` unless it is a positive integer. */
export function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize >= 1) return
  throw new LockstepError(
    'invalid-argument',
    { argument: 'batchSize' },
    `batchSize is ${batchSize}; expected an integer ≥ 1, such as 32 or 128`,
  )
}

/** The rows of each batch of an epoch over so many samples. */
export function rowPlan(
  length: number,
  epoch: number,
  { batchSize, shuffle, seed }: Pick<ArraySourceOptions, 'batchSize' | 'shuffle' | 'seed'>,
): (batch: number) => Rows {
  const sizeOf = (start: number): number => Math.min(batchSize, length - start)
  if (shuffle === true) {
    const order = permutation(seed, epoch, length)
    return (batch) => order.subarray(batch * batchSize, batch * batchSize + batchSize)
  }
  // Only whole batches change places, so that the short one stays last.
  const order = shuffle === 'batch' ? permutation(seed, epoch, Math.floor(length / batchSize)) : undefined
  return (batch) => {
    const start = (order?.[batch] ?? batch) * batchSize
    return { start, count: sizeOf(start) }
  }
}
