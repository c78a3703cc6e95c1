import { describe, expect, it } from 'vitest'
import { deal } from '../distributed/deal.ts'
import { splitSource } from '../distributed/split-source.ts'
import { dense } from '../network/layers/dense.ts'
import { Network } from '../network/network.ts'
import type { Batch } from './batch.ts'
import { type DatasetBatch, datasetSource, isDataset } from './dataset.ts'
import { arrayDataset } from './indexed-dataset.ts'
import { indexedSource } from './indexed-source.ts'
import { ndarray } from './ndarray.ts'
import { objectivesFor } from './objective.ts'
import type { Program } from './program.ts'
import type { BatchSource } from './source.ts'

const network = Network.sequential([dense({ units: 1, inputShape: [1] })])
const program: Program = { network, objectives: objectivesFor(network.outputs, { loss: 'mse' }), trained: [] }
const column = (count: number): number[][] => Array.from({ length: count }, (_, index) => [index])
const valuesOf = ({ inputs, rows }: Batch): number[] => {
  const all = Array.from(inputs[0]?.data ?? [])
  return rows instanceof Uint32Array
    ? Array.from(rows, (row) => all[row] as number)
    : all.slice(rows.start, rows.start + rows.count)
}

async function taken(source: BatchSource, epoch = 0, first = 0): Promise<Batch[]> {
  const list: Batch[] = []
  for await (const batch of source.epoch(epoch, first)) list.push(batch)
  return list
}

describe('arrays as a dataset', () => {
  it('give the rows that are asked for, of every array, in its type', async () => {
    const dataset = arrayDataset(
      { a: column(4), b: ndarray(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), [4, 2]) },
      [5, 6, 7, 8],
      [0, 1, 0, 1],
    )
    expect([dataset.length, isDataset(dataset)]).toEqual([4, true])
    const batch = (await dataset.batch(Uint32Array.of(3, 0))) as Extract<DatasetBatch, { x: unknown }>
    expect(batch).toEqual({
      x: { a: ndarray(Float64Array.of(3, 0), [2, 1]), b: ndarray(Uint8Array.of(7, 8, 1, 2), [2, 2]) },
      y: ndarray(Float64Array.of(8, 5)),
      sampleWeight: ndarray(Float64Array.of(1, 0)),
    })
    const listed = await arrayDataset([ndarray([[1]]), ndarray([[2]])], Int32Array.of(9)).batch(Uint32Array.of(0))
    expect(listed).toEqual({ x: [ndarray([[1]]), ndarray([[2]])], y: ndarray(Int32Array.of(9)) })
  })

  it('must be equally long, and arrays', () => {
    expect(() => arrayDataset(column(3), column(4))).toThrow('x has 3 samples but y has 4')
    expect(() => arrayDataset(null as never, column(4))).toThrow('arrayDataset got null')
  })
})

describe('samples by number', () => {
  const source = (options: Partial<Parameters<typeof indexedSource>[2]> = {}): BatchSource =>
    indexedSource(program, arrayDataset(column(10), column(10)), { batchSize: 4, shuffle: false, seed: 1, ...options })

  it('come in batches, from any one of them on', async () => {
    expect(source()).toMatchObject({ batches: 3, samples: 10 })
    expect((await taken(source())).map(valuesOf)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ])
    expect((await taken(source({ limit: 2 }), 0, 1)).map(valuesOf)).toEqual([[4, 5, 6, 7]])
  })

  it('come in an order of the epoch’s own, of which ranks have their parts', async () => {
    const [one, again, other] = [
      await taken(source({ shuffle: true })),
      await taken(source({ shuffle: true })),
      await taken(source({ shuffle: true }), 1),
    ]
    expect(again.map(valuesOf)).toEqual(one.map(valuesOf))
    expect(other.map(valuesOf)).not.toEqual(one.map(valuesOf))
    const parts = await Promise.all(
      [0, 1, 2].map((rank) => taken(source({ shuffle: true, ranks: { rank, worldSize: 3 } }))),
    )
    for (const [index, batch] of one.entries()) {
      const shared = parts.map((list) => list[index] as Batch)
      expect(shared.flatMap(valuesOf)).toEqual(valuesOf(batch))
      expect(shared.map(({ share }) => share)).toEqual(
        shared.map((_, rank) => ({
          offset: shared.slice(0, rank).reduce((sum, { size }) => sum + size, 0),
          size: batch.size,
        })),
      )
    }
  })

  it('must be as many as were asked for', async () => {
    const dataset = { length: 4, batch: (): DatasetBatch => [column(1), column(1)] }
    const short = indexedSource(program, dataset, { batchSize: 4, shuffle: false, seed: 0 })
    await expect(taken(short)).rejects.toThrow('gave 1 samples when asked for 4')
  })
})

describe('batches that every rank is given', () => {
  const list = [3, 4, 2, 5, 1].map((count, index): DatasetBatch => [column(count + index).slice(index), column(count)])
  const source = datasetSource(program, list, {})

  it('are cut into parts', async () => {
    const parts = await Promise.all([0, 1].map((rank) => taken(splitSource(source, { rank, worldSize: 2 }, 'global'))))
    expect(parts.map((batches) => batches.map(({ size }) => size))).toEqual([
      [1, 2, 1, 2, 0],
      [2, 2, 1, 3, 1],
    ])
    expect(parts[1]?.map(valuesOf)).toEqual([[1, 2], [3, 4], [3], [5, 6, 7], [4]])
    expect(parts[1]?.map(({ share }) => share)).toEqual(
      [3, 4, 2, 5, 1].map((size) => ({ offset: Math.floor(size / 2), size })),
    )
  })

  it('go to ranks in turn', async () => {
    const part = (rank: number, first = 0) => taken(splitSource(source, { rank, worldSize: 2 }, 'perWorker'), 0, first)
    expect((await part(0)).map(({ size, share }) => [size, share?.offset, share?.size])).toEqual([
      [3, 0, 7],
      [2, 0, 7],
      [1, 0, 1],
    ])
    expect((await part(1, 1)).map(({ size, share }) => [size, share?.offset, share?.size])).toEqual([
      [5, 2, 7],
      [0, 1, 1],
    ])
    const counted = splitSource({ ...source, batches: 5 }, { rank: 0, worldSize: 2 }, 'perWorker')
    expect(counted.batches).toBe(deal({ lengths: [3, 2], batchSize: 1, mode: 'perWorker' }).batches)
  })
})
