import { describe, expect, it } from 'vitest'
import { syntheticDigits } from './synthetic.ts'

describe('generated digits', () => {
  const { train, test } = syntheticDigits({ trainCount: 300, testCount: 100 })

  it('are ten kinds of strokes on a flat black background, as in MNIST', () => {
    expect(new Set(train.labels).size).toBe(10)
    for (let digit = 0; digit < 300; digit++) {
      const image = train.images.subarray(digit * 784, (digit + 1) * 784)
      const inked = image.filter((pixel) => pixel > 0).length
      expect(inked).toBeGreaterThan(20)
      expect(inked).toBeLessThan(392)
      expect(Math.max(...image)).toBeGreaterThan(150)
      expect([image[0], image[27], image[756], image[783]]).toEqual([0, 0, 0, 0])
    }
  })

  it('are the same for the same options, whatever the counts, and others for another seed', () => {
    const more = syntheticDigits({ trainCount: 400, testCount: 1 })
    expect(more.train.images.subarray(0, 300 * 784)).toEqual(train.images)
    expect(more.train.labels.subarray(0, 300)).toEqual(train.labels)
    expect(syntheticDigits({ trainCount: 300, testCount: 1, seed: 2 }).train.images).not.toEqual(train.images)
    expect(test.images).not.toEqual(train.images.subarray(0, test.images.length))
  })

  it('are refused in numbers that cannot be', () => {
    expect(() => syntheticDigits({ trainCount: 0 })).toThrow(/trainCount is 0; expected a whole number/)
  })
})
