import { type NdArray, ndarray } from '@lockstep/core'
import type { Samples } from '../training/subjects.ts'

/**
 * The order in which one process has to go through the samples of all ranks, rank after rank, to make the same batches:
 * sample j of a rank with n of them is due at the time (j + ½) / n, ties by rank; a batch takes those whose turn it is,
 * and has them in rank order.
 */
export function globalOrder(lengths: readonly number[], batchSize: number): number[] {
  const due = lengths.flatMap((length, rank) =>
    Array.from({ length }, (_, sample) => ({ rank, sample, at: (2 * sample + 1) / (2 * length) })),
  )
  due.sort((a, b) => a.at - b.at || a.rank - b.rank)
  const batches = Array.from({ length: Math.ceil(due.length / batchSize) }, (_, index) =>
    due.slice(index * batchSize, (index + 1) * batchSize).sort((a, b) => a.rank - b.rank || a.sample - b.sample),
  )
  return batches.flat().map(({ rank, sample }) => startOf(lengths, rank) + sample)
}

/** Where a rank's samples begin among those of all. */
export function startOf(lengths: readonly number[], rank: number): number {
  return lengths.slice(0, rank).reduce((sum, length) => sum + length, 0)
}

/** The part of a rank. */
export function shardOf(samples: Samples, lengths: readonly number[], rank: number): Samples {
  const start = startOf(lengths, rank)
  const end = start + (lengths[rank] as number)
  return {
    x: samples.x.slice(start, end),
    y: samples.y.slice(start, end),
    labels: samples.labels.subarray(start, end),
  }
}

/** Samples in another order, or some of them. */
export function inOrder({ x, y, labels }: Samples, order: readonly number[]): Samples {
  return { x: rowsOf(x, order), y: rowsOf(y, order), labels: Int32Array.from(order, (row) => labels[row] as number) }
}

function rowsOf(array: NdArray, order: readonly number[]): NdArray {
  const rows = order.flatMap((row) => Array.from(array.slice(row, row + 1).data))
  return ndarray(Float32Array.from(rows), [order.length, ...array.shape.slice(1)])
}

/** Numbers of samples by rank that add up to `total`: equal ones, uneven ones, all on the last rank. */
export function shardings(total: number, worldSize: number): number[][] {
  const even = Array.from(
    { length: worldSize },
    (_, rank) => Math.floor(((rank + 1) * total) / worldSize) - Math.floor((rank * total) / worldSize),
  )
  const sizes = Array.from({ length: worldSize }, (_, rank) =>
    Math.floor((total * (rank + 1)) / (worldSize * worldSize)),
  )
  const rest = total - sizes.reduce((sum, size) => sum + size, 0)
  const uneven = sizes.map((size, rank) => (rank === 0 ? size + rest : size))
  const last = Array.from({ length: worldSize }, (_, rank) => (rank === worldSize - 1 ? total : 0))
  return [even, uneven, last]
}
