import { ops } from '@lockstep/core'
import { describe, expect, test } from 'vitest'
import { computed, distance, filled, indices } from '../definitions.fixture.ts'

describe('matmul is Σ a[…, i, k] · b[…, k, j]', () => {
  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('transposed: %s, %s', (transposeA, transposeB) => {
    const a = filled(transposeA ? [2, 5, 3] : [2, 3, 5])
    const b = filled(transposeB ? [2, 4, 5] : [2, 5, 4])
    const y = computed(ops.matmul(ops.input('a', a.shape), ops.input('b', b.shape), { transposeA, transposeB }), {
      a: a.data,
      b: b.data,
    })
    const definition = (batch: number, row: number, column: number): number =>
      [0, 1, 2, 3, 4].reduce((sum, k) => {
        const left = transposeA ? a.at(batch, k, row) : a.at(batch, row, k)
        const right = transposeB ? b.at(batch, column, k) : b.at(batch, k, column)
        return sum + (left as number) * (right as number)
      }, 0)
    expect(distance(y, definition as never)).toBeLessThan(1e-14)
  })
})

test('conv2d is a cross-correlation: the kernel is not turned', () => {
  const y = computed(ops.conv2d(ops.input('x', [1, 1, 4, 1]), ops.input('k', [1, 2, 1, 1])), {
    x: [1, 2, 3, 4],
    k: [10, 1],
  })
  expect([...y.data]).toEqual([12, 23, 34])
})

describe('conv2d is Σ x[n, oh·s + kh·d − p, …] · k[kh, kw, c, o] over its group', () => {
  test.each([
    ['plain', [2, 5, 6, 3], [3, 2, 3, 4], {}],
    ['same', [1, 5, 6, 2], [2, 3, 2, 3], { padding: 'same' }],
    [
      'strides, dilations, uneven padding',
      [1, 9, 8, 2],
      [3, 2, 2, 3],
      {
        strides: [2, 1],
        dilations: [2, 3],
        padding: [
          [1, 0],
          [0, 2],
        ],
      },
    ],
    ['groups', [2, 4, 5, 6], [2, 2, 2, 9], { groups: 3 }],
    ['depthwise', [1, 5, 4, 3], [3, 2, 1, 6], { groups: 3, strides: 2 }],
  ] as const)('%s', (_, image, kernel, options) => {
    const [x, k] = [filled(image), filled(kernel)]
    const node = ops.conv2d(ops.input('x', image), ops.input('k', kernel), options)
    if (node.op !== 'conv2d') throw new Error('not a convolution')
    const { strides, dilations, padding, groups } = node.attributes
    const [inputs, outputs] = kernel.slice(2) as [number, number]
    const definition = (n: number, oh: number, ow: number, o: number): number =>
      indices([kernel[0], kernel[1], inputs]).reduce((sum, [kh, kw, c]) => {
        const row = oh * strides[0] + (kh as number) * dilations[0] - padding[0][0]
        const column = ow * strides[1] + (kw as number) * dilations[1] - padding[1][0]
        const channel = Math.floor((o * groups) / outputs) * inputs + (c as number)
        return sum + (x.at(n, row, column, channel) ?? 0) * (k.at(kh as number, kw as number, c as number, o) as number)
      }, 0)
    expect(distance(computed(node, { x: x.data, k: k.data }), definition as never)).toBeLessThan(1e-14)
  })
})

describe('pooling, over the part of each window that lies on the image', () => {
  const options = {
    size: [3, 2],
    strides: [2, 1],
    padding: [
      [1, 2],
      [1, 0],
    ],
  } as const
  const x = filled([2, 6, 5, 3])
  const input = ops.input('x', x.shape)
  const windowOf = (n: number, oh: number, ow: number, c: number): number[] =>
    indices([3, 2])
      .map(([kh, kw]) => x.at(n, oh * 2 + (kh as number) - 1, ow + (kw as number) - 1, c))
      .filter((value) => value !== undefined)

  test('maxPool2d takes the largest', () => {
    const y = computed(ops.maxPool2d(input, options), { x: x.data })
    expect(y.shape).toEqual([2, 4, 5, 3])
    expect(distance(y, ((...index: Parameters<typeof windowOf>) => Math.max(...windowOf(...index))) as never)).toBe(0)
  })

  test('avgPool2d takes the mean', () => {
    const y = computed(ops.avgPool2d(input, options), { x: x.data })
    const mean = (...index: Parameters<typeof windowOf>): number => {
      const window = windowOf(...index)
      return window.reduce((sum, value) => sum + value, 0) / window.length
    }
    expect(distance(y, mean as never)).toBeLessThan(1e-15)
  })

  test('equal maxima share the gradient, each window by itself', () => {
    const image = ops.input('x', [1, 1, 4, 1])
    const pool = ops.maxPool2d(image, { size: [1, 3], strides: 1 })
    if (pool.op !== 'maxPool2d') throw new Error('not a maximum')
    const dx = ops.maxPool2dGradient(image, pool, ops.input('dy', [1, 1, 2, 1]), pool.attributes)
    const { data } = computed(dx, { x: [5, 1, 5, 5], dy: [8, 30] })
    expect([...data]).toEqual([4, 0, 4 + 15, 15])
  })
})
