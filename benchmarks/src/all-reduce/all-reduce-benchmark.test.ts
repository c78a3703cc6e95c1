import { describe, expect, it } from 'vitest'
import { type Contestant, medianOf, raceAllReduce, ratioTo } from './all-reduce-benchmark.ts'
import { cellArgument, cellOf, showBytes } from './cells.ts'

const order: string[] = []
const contestant = (name: string, times: readonly number[]): Contestant => {
  let turns = 0
  return {
    name,
    async turn(_, cells) {
      order.push(name)
      const ms = times[turns++]
      if (ms === undefined) throw new Error(`${name} is tired`)
      return cells.map(({ bytes }) => ({ bytes, ms: ms * (bytes / 1024) }))
    },
  }
}

describe('a race', () => {
  it('gives everyone each round in rotating order, and compares round by round with the faster anchor', async () => {
    const failures: string[] = []
    const contestants = [contestant('a', [4, 10, 6]), contestant('b', [2, 20]), contestant('c', [8, 5, 3])]
    const results = await raceAllReduce(contestants, { bytes: [1024, 2048], ranks: 2, rounds: 3 }, (_, error) =>
      failures.push(error.message),
    )
    expect(order).toEqual(['a', 'b', 'c', 'b', 'c', 'a', 'c', 'a', 'b'])
    expect(failures).toEqual(['b is tired'])
    expect(medianOf(results, 'a', 2048)).toBe(12)
    expect(ratioTo(results, 'a', ['b', 'c'], 1024)).toMatchObject({ median: 2, rounds: 3 })
    expect(ratioTo(results, 'a', ['b'], 1024)).toMatchObject({ median: 1.25, rounds: 2 })
    expect(ratioTo(results, 'a', ['nobody'], 1024)).toBeUndefined()
  })
})

describe('cells', () => {
  it('are called often where calls are short', () => {
    expect(cellOf(1024).repeats).toBeGreaterThan(20 * cellOf(26_214_400).repeats)
    expect(cellArgument({ bytes: 4, warmUps: 2, repeats: 3 })).toBe('4:2:3')
    expect([26_214_400, 1536, 12].map(showBytes)).toEqual(['25 MB', '1.5 KB', '12 B'])
  })
})
