import { describe, expect, test } from 'vitest'
import { normalFloats, permutation, uniformFloats } from './host-random.ts'

describe.each([
  ['uniformFloats', uniformFloats, 0.5, 1 / 12],
  ['normalFloats', normalFloats, 0, 1],
] as const)('%s', (_name, make, mean, variance) => {
  test('has the mean and the variance', () => {
    const values = make(1, 0, 50_000)
    const found = values.reduce((sum, value) => sum + value, 0) / values.length
    expect(found).toBeCloseTo(mean, 1)
    expect(values.reduce((sum, value) => sum + (value - found) ** 2, 0) / values.length).toBeCloseTo(variance, 1)
  })

  test('depends on seed and stream; fewer values are the first of more', () => {
    const values = make(1, 2, 103)
    expect(make(1, 2, 9)).toEqual(values.subarray(0, 9))
    expect(make(1, 3, 103)).not.toEqual(values)
    expect(make(2, 2, 103)).not.toEqual(values)
    expect(make(1, 2, 0)).toHaveLength(0)
  })

  test('refuses what has no place in a key', () => {
    expect(() => make(1.5, 0, 1)).toThrow(/seed is 1\.5/)
    expect(() => make(0, -1, 1)).toThrow(/stream is -1/)
    expect(() => make(0, 0, Number.NaN)).toThrow(/count is NaN/)
  })
})

describe('permutation', () => {
  test.each([0, 1, 2, 5, 1000])('of %d has every integer once', (n) => {
    expect(permutation(3, 1, n).sort()).toEqual(Uint32Array.from({ length: n }, (_, index) => index))
  })

  test('is the same for the same seed and epoch, and another otherwise', () => {
    expect(permutation(3, 1, 100)).toEqual(permutation(3, 1, 100))
    expect(permutation(3, 2, 100)).not.toEqual(permutation(3, 1, 100))
    expect(permutation(4, 1, 100)).not.toEqual(permutation(3, 1, 100))
    expect(permutation(3, 1, 100, 1)).not.toEqual(permutation(3, 1, 100))
  })

  test('finds all 24 orders of four equally often', () => {
    const counts = new Map<string, number>()
    for (let epoch = 0; epoch < 12_000; epoch++) {
      const order = permutation(9, epoch, 4).join()
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0)
    expect(counts.size).toBe(24)
    // 23 degrees of freedom: one in a thousand is beyond 49.7.
    expect(chiSquared).toBeLessThan(49.7)
  })

  test('refuses what has no place in a key', () => {
    expect(() => permutation(0, -1, 5)).toThrow(/epoch is -1/)
    expect(() => permutation(0, 0, 2.5)).toThrow(/n is 2\.5/)
  })
})
