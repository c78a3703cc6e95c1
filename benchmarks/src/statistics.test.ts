import { describe, expect, it } from 'vitest'
import { mean, median, quantile, showQuartiles, spread } from './statistics.ts'

describe('statistics', () => {
  it('takes the middle, or half way between the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([10, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeNaN()
  })

  it('interpolates quartiles', () => {
    expect(spread([4, 2, 3, 1, 5])).toEqual({ lower: 2, median: 3, upper: 4 })
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75)
    expect(showQuartiles(spread([4, 2, 3, 1, 5]), 1)).toBe('2.0 – 4.0')
  })

  it('leaves the values in their order', () => {
    const values = [3, 1, 2]
    expect(mean(values)).toBe(2)
    median(values)
    expect(values).toEqual([3, 1, 2])
  })
})
