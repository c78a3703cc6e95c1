import { describe, expect, it } from 'vitest'
import type { Batch } from './batch.ts'
import { gatherRows } from './batch.ts'
import { ndarray } from './ndarray.ts'
import { type ArraySet, type ArraySourceOptions, arraySource } from './source.ts'

function setOf(length: number): ArraySet {
  const data = ndarray(Float32Array.from({ length }, (_, index) => index))
  return { length, inputs: [data], targets: [], weights: [Float32Array.from(data.data, (value) => 10 * value)] }
}

const rowsOf = (batch: Batch): number[] => {
  const into = new Float32Array(batch.size)
  gatherRows(batch.inputs[0] as ArraySet['inputs'][number], batch.rows, into)
  return Array.from(into)
}

function epoch(length: number, options: Partial<ArraySourceOptions>, number = 0, first = 0): number[][] {
  const source = arraySource(setOf(length), { batchSize: 4, shuffle: false, seed: 3, ...options })
  return Array.from(source.epoch(number, first) as Iterable<Batch>, rowsOf)
}

describe('batches of arrays', () => {
  it('hold all samples in order, the last one the rest', () => {
    expect(epoch(10, {})).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ])
    expect(epoch(0, {})).toEqual([])
    expect(epoch(3, {})).toEqual([[0, 1, 2]])
  })

  it('bring the weights of their rows', () => {
    const source = arraySource(setOf(5), { batchSize: 3, shuffle: true, seed: 1 })
    for (const batch of source.epoch(0, 0) as Iterable<Batch>)
      expect(Array.from(batch.weights[0] ?? [])).toEqual(rowsOf(batch).map((value) => 10 * value))
  })

  it('are mixed anew every epoch, by seed and epoch alone', () => {
    const [one, two] = [epoch(10, { shuffle: true }), epoch(10, { shuffle: true }, 1)]
    expect(one.flat().toSorted((a, b) => a - b)).toEqual(epoch(10, {}).flat())
    expect(one.flat()).not.toEqual(two.flat())
    expect(epoch(10, { shuffle: true })).toEqual(one)
    expect(epoch(10, { shuffle: true, seed: 4 })).not.toEqual(one)
    expect(epoch(10, { shuffle: true, batchSize: 3 }).flat()).toEqual(one.flat())
  })

  it('change places as a whole, but for the short one', () => {
    const batches = epoch(18, { shuffle: 'batch' })
    expect(batches.at(-1)).toEqual([16, 17])
    expect(batches.map(([first]) => first).toSorted((a = 0, b = 0) => a - b)).toEqual([0, 4, 8, 12, 16])
    for (const [first = 0, ...rest] of batches) expect(rest).toEqual(rest.map((_, index) => first + 1 + index))
    const orders = [0, 1, 2, 3].map((number) => epoch(18, { shuffle: 'batch' }, number).join())
    expect(new Set(orders).size).toBeGreaterThan(1)
  })

  it('may be limited, and begun in the middle', () => {
    expect(epoch(10, { limit: 2 })).toHaveLength(2)
    expect(epoch(10, { limit: 9 })).toHaveLength(3)
    for (const shuffle of [false, true, 'batch'] as const)
      expect(epoch(10, { shuffle }, 2, 1)).toEqual(epoch(10, { shuffle }, 2).slice(1))
    expect(epoch(10, {}, 0, 3)).toEqual([])
  })

  it('say how many there are', () => {
    const source = (limit?: number) =>
      arraySource(setOf(10), { batchSize: 4, shuffle: true, seed: 0, ...(limit && { limit }) })
    expect(source()).toMatchObject({ batches: 3, samples: 10 })
    expect(source(2)).toMatchObject({ batches: 2, samples: 8 })
  })

  it.each([0, -1, 1.5, Number.NaN])('of %s samples there are none', (batchSize) => {
    expect(() => epoch(10, { batchSize })).toThrow(/batchSize is .*; expected an integer ≥ 1/)
  })
})
