import type { HostTensor } from '../backend/backend.ts'
import { sizeOf } from '../graph/node.ts'
import type { NdArray } from './ndarray.ts'

/** Some rows of an array: those listed, in that order, or `count` from `start` on. */
export type Rows = Uint32Array | { readonly start: number; readonly count: number }

/** Samples that go through the model together. The arrays are referenced, not copied, until a call is fed. */
export interface Batch {
  readonly size: number
  readonly rows: Rows
  /** For each input of the model. */
  readonly inputs: readonly NdArray[]
  /** For each output of the model; empty for prediction. */
  readonly targets: readonly NdArray[]
  /** For each output: the weight of each sample of this batch, `[size]`. */
  readonly weights: readonly Float32Array[]
  /** Where it is one rank's part of a batch of several ranks. */
  readonly share?: BatchShare
}

/** A rank's place in a global batch, which is the ranks' parts in rank order. */
export interface BatchShare {
  /** Samples of lower ranks. */
  readonly offset: number
  /** Samples of all ranks. */
  readonly size: number
}

/** Samples of all ranks in the batch. */
export function globalSize({ size, share }: Batch): number {
  return share?.size ?? size
}

/** A batch without samples, for a rank that has none. */
export function emptyBatch(outputs: number, share: BatchShare): Batch {
  const weights = Array.from({ length: outputs }, () => new Float32Array(0))
  return { size: 0, rows: { start: 0, count: 0 }, inputs: [], targets: [], weights, share }
}

/** Some of a batch's samples, `[start, end)`. */
export function partOf(batch: Batch, start: number, end: number, share: BatchShare): Batch {
  const { rows } = batch
  return {
    ...batch,
    size: end - start,
    rows: rows instanceof Uint32Array ? rows.subarray(start, end) : { start: rows.start + start, count: end - start },
    weights: batch.weights.map((weights) => weights.subarray(start, end)),
    share,
  }
}

/** Rows longer than this are copied as a whole; for shorter ones a loop is quicker than making a view. */
const wideRow = 32

/** Copies rows of `array` into `into`, converting to its type. */
export function gatherRows(array: NdArray, rows: Rows, into: HostTensor): void {
  const width = sizeOf(array.shape.slice(1))
  const { data } = array
  if (!(rows instanceof Uint32Array)) {
    const [from, to] = [rows.start * width, (rows.start + rows.count) * width]
    into.set(Array.isArray(data) ? data.slice(from, to) : (data as Float32Array).subarray(from, to))
    return
  }
  if (data.constructor === into.constructor && width > wideRow) {
    const typed = data as Float32Array
    for (let row = 0; row < rows.length; row++) {
      const from = (rows[row] as number) * width
      into.set(typed.subarray(from, from + width), row * width)
    }
    return
  }
  for (let row = 0; row < rows.length; row++) {
    const from = (rows[row] as number) * width
    for (let column = 0; column < width; column++) into[row * width + column] = data[from + column] as number
  }
}

/** The number of rows. */
export function countOf(rows: Rows): number {
  return rows instanceof Uint32Array ? rows.length : rows.count
}

/** The weight of each of the rows; ones where there are no weights. */
export function weightsOf(weights: Float32Array | undefined, rows: Rows): Float32Array {
  if (weights === undefined) return new Float32Array(countOf(rows)).fill(1)
  if (rows instanceof Uint32Array) return Float32Array.from(rows, (row) => weights[row] as number)
  return weights.slice(rows.start, rows.start + rows.count)
}
