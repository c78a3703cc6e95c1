import { describe, expect, it } from 'vitest'
import { apportion } from './apportion.ts'
import { type Deal, deal, dealtPart } from './deal.ts'
import { partition } from './partition.ts'

describe('partition', () => {
  it.each([
    [60000, 2, [0, 30000, 60000]],
    [60000, 8, [0, 7500, 15000, 22500, 30000, 37500, 45000, 52500, 60000]],
    [10, 3, [0, 3, 6, 10]],
    [2, 5, [0, 0, 0, 1, 1, 2]],
    [0, 2, [0, 0, 0]],
  ])('of %d samples over %d ranks', (total, worldSize, bounds) => {
    const parts = Array.from({ length: worldSize }, (_, rank) => partition(total, { rank, worldSize }))
    expect(parts).toEqual(bounds.slice(1).map((end, rank) => [bounds[rank], end]))
  })

  it('refuses what is no number of samples', () => {
    expect(() => partition(1.5, { rank: 0, worldSize: 2 })).toThrow(/total is 1.5/)
  })
})

/** The definition, sample by sample. */
function dealtOneByOne(lengths: readonly number[]): number[] {
  const all = lengths.flatMap((length, part) =>
    Array.from({ length }, (_, sample) => ({ part, at: (2 * sample + 1) / (2 * length) })),
  )
  return all.sort((a, b) => a.at - b.at || a.part - b.part).map(({ part }) => part)
}

const shards = [
  [5, 5],
  [7, 7, 7],
  [1, 0, 9],
  [0, 0],
  [3, 100, 17, 1],
  [13, 8, 8, 8, 64],
  [20, 20, 20, 20],
]

describe('apportion', () => {
  it.each(shards)('deals samples in the order of their times: %j, %j …', (...lengths) => {
    const order = dealtOneByOne(lengths)
    for (let count = 0; count <= order.length; count++) {
      const expected = lengths.map((_, part) => order.slice(0, count).filter((other) => other === part).length)
      expect(apportion(count, lengths)).toEqual(expected)
    }
  })
})

function sizes(dealt: Deal, worldSize: number): number[][] {
  return Array.from({ length: dealt.batches }, (_, index) =>
    Array.from({ length: worldSize }, (__, rank) => dealtPart(dealt, index, rank).count),
  )
}

describe('a deal', () => {
  it('of global batches has the steps and sizes of one process, whatever the parts', () => {
    for (const lengths of shards) {
      const total = lengths.reduce((sum, length) => sum + length, 0)
      for (const batchSize of [1, 4, 16, 128]) {
        const dealt = deal({ lengths, batchSize, mode: 'global' })
        const list = sizes(dealt, lengths.length)
        const batches = list.map((counts) => counts.reduce((sum, count) => sum + count, 0))
        const whole = Array.from({ length: Math.floor(total / batchSize) }, () => batchSize)
        expect(dealt.whole).toBe(whole.length)
        expect(batches).toEqual(total % batchSize === 0 ? whole : [...whole, total % batchSize])
        const used = lengths.map((_, rank) => list.reduce((sum, counts) => sum + (counts[rank] as number), 0))
        expect(used).toEqual(lengths)
      }
    }
  })

  it('of equal parts gives ranks that divide the batch equal shares', () => {
    const dealt = deal({ lengths: [30, 30], batchSize: 8, mode: 'global' })
    expect(sizes(dealt, 2)).toEqual([...Array.from({ length: 7 }, () => [4, 4]), [2, 2]])
    expect(dealtPart(dealt, 7, 1)).toEqual({ start: 28, count: 2, offset: 2, size: 4 })
  })

  it('of batches per worker goes on until the longest part ends', () => {
    const dealt = deal({ lengths: [5, 0, 9], batchSize: 4, mode: 'perWorker' })
    expect(sizes(dealt, 3)).toEqual([
      [4, 0, 4],
      [1, 0, 4],
      [0, 0, 1],
    ])
    expect(dealt.whole).toBe(0)
    expect(dealtPart(dealt, 1, 2)).toEqual({ start: 4, count: 4, offset: 1, size: 5 })
  })
})
