import { ops } from '@lockstep/core'
import { describe, expect, test } from 'vitest'
import { computed, distance, filled, indices } from '../definitions.fixture.ts'

const x = filled([3, 4, 5])
const input = ops.input('x', x.shape)
const read = (i: number, j: number, k: number): number => x.at(i, j, k) as number

test.each([
  ['broadcast', ops.broadcast(input, [2, 3, 4, 5]), (_: number, i: number, j: number, k: number) => read(i, j, k)],
  ['transpose', ops.transpose(input, [2, 0, 1]), (k: number, i: number, j: number) => read(i, j, k)],
  [
    'slice',
    ops.slice(input, [1, 0, 1], [2, 2, 2], [1, 3, 2]),
    (i: number, j: number, k: number) => read(1 + i, 3 * j, 1 + 2 * k),
  ],
  ['pad', ops.pad(input, [1, 0, 2], [0, 1, 1], 9), (i: number, j: number, k: number) => x.at(i - 1, j, k - 2) ?? 9],
  [
    'concat',
    ops.concat([input, ops.slice(input, [0, 1, 0], [3, 2, 5])], 1),
    (i: number, j: number, k: number) => read(i, j < 4 ? j : j - 3, k),
  ],
  ['reshape', ops.reshape(input, [12, 5]), (row: number, k: number) => read(Math.floor(row / 4), row % 4, k)],
])('%s moves every element where it belongs', (_, node, definition) => {
  expect(distance(computed(node, { x: x.data }), definition as never)).toBe(0)
})

describe('reductions', () => {
  const row = (i: number, k: number): number[] => [0, 1, 2, 3].map((j) => read(i, j, k))
  const definitions = {
    reduceSum: (i: number, k: number) => row(i, k).reduce((sum, value) => sum + value, 0),
    reduceMax: (i: number, k: number) => Math.max(...row(i, k)),
    argmax: (i: number, k: number) => row(i, k).indexOf(Math.max(...row(i, k))),
  }
  test.each([
    ['reduceSum', ops.reduceSum(input, { axes: [1] })],
    ['reduceMax', ops.reduceMax(input, { axes: [1] })],
    ['argmax', ops.argmax(input, 1)],
  ] as const)('%s over the middle axis', (name, node) => {
    expect(distance(computed(node, { x: x.data }), definitions[name] as never)).toBeLessThan(1e-15)
  })

  test('argmax takes the first of equals', () => {
    const { data } = computed(ops.argmax(ops.input('x', [2, 4])), { x: [1, 3, 3, 2, 0, 0, 0, 0] })
    expect([...data]).toEqual([1, 0])
  })
})

describe('indexing', () => {
  const at = [3, 0, 3, 1, 2, 3]
  const indicesOf = ops.input('at', [2, 3], 'int32')

  test('gather puts the indices in place of the axis', () => {
    const node = ops.gather(input, indicesOf, 1)
    expect(node.shape).toEqual([3, 2, 3, 5])
    const definition = (i: number, a: number, b: number, k: number): number => read(i, at[a * 3 + b] as number, k)
    expect(distance(computed(node, { x: x.data, at }), definition as never)).toBe(0)
  })

  test('scatterAdd adds what falls on one place', () => {
    const updates = filled([3, 2, 3, 5])
    const node = ops.scatterAdd(indicesOf, ops.input('updates', updates.shape), [3, 6, 5], 1)
    const definition = (i: number, j: number, k: number): number =>
      indices([2, 3])
        .filter(([a, b]) => at[(a as number) * 3 + (b as number)] === j)
        .reduce((sum, [a, b]) => sum + (updates.at(i, a as number, b as number, k) as number), 0)
    expect(distance(computed(node, { updates: updates.data, at }), definition as never)).toBeLessThan(1e-15)
  })

  test('oneHot leaves rows of zeros for what is out of range', () => {
    const { data } = computed(ops.oneHot(ops.input('at', [4], 'int32'), 3), { at: [2, -1, 0, 3] })
    expect([...data]).toEqual([0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0])
  })
})
