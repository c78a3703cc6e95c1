import { describe, expect, it } from 'vitest'
import { truncatedNormal } from './initializers/random.ts'
import { fansOf, varianceScaling } from './initializers/variance-scaling.ts'
import { type InitializerName, initializerOf } from './initializers.ts'

const key = { seed: 7, stream: 3 }

function momentsOf(values: Float32Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance) }
}

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

describe('glorotUniform', () => {
  // Keras 2.0.4's limits for the weights of mnist_mlp and mnist_cnn.
  it.each([
    [[784, 512], 0.0680413817],
    [[512, 512], 0.0765465545],
    [[512, 10], 0.107211253],
    [[3, 3, 1, 32], 0.142133811],
    [[3, 3, 32, 64], 0.0833333333],
    [[9216, 128], 0.0253401517],
    [[128, 10], 0.208514414],
  ])('of %j fills ±%d evenly', (shape, limit) => {
    const { fanIn, fanOut } = fansOf(shape)
    expect(Math.sqrt(6 / (fanIn + fanOut))).toBeCloseTo(limit, 9)
    const values = initializerOf('glorotUniform').draw(shape, key)
    const { mean, deviation } = momentsOf(values)
    expect(largest(values)).toBeLessThanOrEqual(limit * (1 + 1e-6))
    expect(largest(values)).toBeGreaterThan(limit * 0.96)
    expect(Math.abs(mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * values.length))
    expect(deviation / (limit / Math.sqrt(3))).toBeCloseTo(1, values.length > 1000 ? 1 : 0)
  })
})

describe('fans', () => {
  it('of kernels are receptive field times channels, of depthwise kernels too, of vectors the root of the size', () => {
    expect(fansOf([3, 5, 4, 8])).toEqual({ fanIn: 60, fanOut: 120 })
    expect(fansOf([3, 3, 16, 2])).toEqual({ fanIn: 144, fanOut: 18 })
    expect(fansOf([16])).toEqual({ fanIn: 4, fanOut: 4 })
  })
})

describe('deviations', () => {
  // A normal distribution cut off at two deviations has this share of the deviation left.
  const cut = 0.8796256610342398
  const [fanIn, fanOut] = [200, 300]

  it.each<[InitializerName, number]>([
    ['randomUniform', 0.05 / Math.sqrt(3)],
    ['randomNormal', 0.05],
    ['truncatedNormal', 0.05 * cut],
    ['varianceScaling', Math.sqrt(1 / fanIn) * cut],
    ['glorotUniform', Math.sqrt(2 / (fanIn + fanOut))],
    ['glorotNormal', Math.sqrt(2 / (fanIn + fanOut)) * cut],
    ['heUniform', Math.sqrt(2 / fanIn)],
    ['heNormal', Math.sqrt(2 / fanIn) * cut],
    ['lecunUniform', Math.sqrt(1 / fanIn)],
    ['lecunNormal', Math.sqrt(1 / fanIn) * cut],
  ])('%s', (name, expected) => {
    const { mean, deviation } = momentsOf(initializerOf(name).draw([fanIn, fanOut], key))
    expect(deviation / expected).toBeGreaterThan(0.99)
    expect(deviation / expected).toBeLessThan(1.01)
    expect(Math.abs(mean) / expected).toBeLessThan(0.02)
  })

  it('truncatedNormal never leaves two deviations', () => {
    const values = truncatedNormal({ mean: 1, stddev: 0.5 }).draw([100_000], key)
    expect(values.length).toBe(100_000)
    expect(values.every((value) => value >= 0 && value <= 2)).toBe(true)
    expect(values.some((value) => value > 1.99)).toBe(true)
  })

  it('varianceScaling takes the fan and the distribution it is told', () => {
    const draw = (mode: 'fanIn' | 'fanOut' | 'fanAvg'): number =>
      largest(varianceScaling({ scale: 3, mode, distribution: 'uniform' }).draw([100, 900], key))
    expect(draw('fanIn')).toBeCloseTo(Math.sqrt(9 / 100), 3)
    expect(draw('fanOut')).toBeCloseTo(Math.sqrt(9 / 900), 3)
    expect(draw('fanAvg')).toBeCloseTo(Math.sqrt(9 / 500), 3)
    expect(() => varianceScaling({ scale: 0 })).toThrowError('varianceScaling: scale is 0')
    expect(() => varianceScaling({ mode: 'fan_in' as 'fanIn' })).toThrowError(
      "expected 'fanIn' or 'fanOut' or 'fanAvg'",
    )
  })
})

describe('values', () => {
  it('depend on seed and stream alone', () => {
    for (const name of ['glorotUniform', 'heNormal', 'orthogonal'] as const) {
      const draw = (seed: number, stream: number): Float32Array => initializerOf(name).draw([20, 30], { seed, stream })
      expect(draw(1, 2)).toEqual(draw(1, 2))
      expect(draw(1, 2)).not.toEqual(draw(1, 3))
      expect(draw(1, 2)).not.toEqual(draw(2, 2))
    }
  })

  it('are fixed for zeros, ones, constant and identity', () => {
    expect([...initializerOf('zeros').draw([2], key)]).toEqual([0, 0])
    expect([...initializerOf('ones').draw([2], key)]).toEqual([1, 1])
    expect([...initializerOf({ className: 'constant', config: { value: 4 } }).draw([2], key)]).toEqual([4, 4])
    expect([...initializerOf({ className: 'identity', config: { gain: 2 } }).draw([2, 2], key)]).toEqual([2, 0, 0, 2])
    expect(() => initializerOf('identity').draw([2, 3], key)).toThrowError(
      'initializer identity got [2, 3]; expected a square',
    )
  })

  it.each([
    [[6, 4], 4],
    [[4, 6], 4],
    [[2, 3, 5], 5],
  ])('are orthonormal for orthogonal %j', (shape, count) => {
    const values = initializerOf('orthogonal').draw(shape, key)
    const columns = shape.at(-1) as number
    const rows = values.length / columns
    const at = (vector: number, element: number): number =>
      (rows < columns ? values[vector * columns + element] : values[element * columns + vector]) as number
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        let product = 0
        for (let element = 0; element < Math.max(rows, columns); element++) product += at(a, element) * at(b, element)
        expect(product).toBeCloseTo(a === b ? 1 : 0, 6)
      }
    }
  })

  it('survive a round trip through JSON', () => {
    const original = varianceScaling({ scale: 3, mode: 'fanOut', distribution: 'uniform' })
    const restored = initializerOf(JSON.parse(JSON.stringify(original)))
    expect(restored.draw([5, 7], key)).toEqual(original.draw([5, 7], key))
  })
})
