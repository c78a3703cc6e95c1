import { describe, expect, test } from 'vitest'
import type { Node } from '../node.ts'
import * as o from '../ops.ts'

const x = (...shape: number[]): Node => o.input('x', shape)
const int = (...shape: number[]): Node => o.input('i', shape, 'int32')
const bool = (...shape: number[]): Node => o.input('b', shape, 'bool')

test.each([
  ['add broadcasts', o.add(x(4, 1, 3), x(5, 1)), [4, 5, 3], 'float32'],
  ['add takes a number', o.add(x(2), 1), [2], 'float32'],
  ['add of int32', o.add(int(2), 1), [2], 'int32'],
  ['less', o.less(x(3, 1), x(2)), [3, 2], 'bool'],
  ['select', o.select(bool(4, 1), x(3), 0), [4, 3], 'float32'],
  ['cast', o.cast(x(2), 'bool'), [2], 'bool'],
  ['broadcast', o.broadcast(x(3, 1), [2, 3, 4]), [2, 3, 4], 'float32'],
  ['reshape', o.reshape(x(2, 6), [3, -1]), [3, 4], 'float32'],
  ['transpose', o.transpose(x(2, 3, 4), [2, 0, 1]), [4, 2, 3], 'float32'],
  ['transpose by default', o.transpose(x(2, 3, 4)), [4, 3, 2], 'float32'],
  ['slice', o.slice(int(5, 6), [1, 0], [2, 3], [2, 2]), [2, 3], 'int32'],
  ['pad', o.pad(x(2, 3), [1, 0], [0, 2]), [3, 5], 'float32'],
  ['concat', o.concat([x(2, 3), x(2, 1)], -1), [2, 4], 'float32'],
  ['reduceSum', o.reduceSum(x(2, 3, 4), { axes: [-1, 0] }), [3], 'float32'],
  ['reduceMax, kept', o.reduceMax(int(2, 3), { axes: [1], keepDims: true }), [2, 1], 'int32'],
  ['reduceMean of all', o.reduceMean(x(2, 3)), [], 'float32'],
  ['argmax', o.argmax(x(2, 3, 4), 1), [2, 4], 'int32'],
  ['matmul', o.matmul(x(2, 1, 5, 3), x(4, 5, 6), { transposeA: true }), [2, 4, 3, 6], 'float32'],
  ['conv2d', o.conv2d(x(2, 7, 8, 4), x(3, 3, 2, 6), { groups: 2, strides: 2 }), [2, 3, 3, 6], 'float32'],
  ['conv2d, same', o.conv2d(x(1, 7, 8, 1), x(2, 3, 1, 5), { padding: 'same', strides: 2 }), [1, 4, 4, 5], 'float32'],
  ['maxPool2d', o.maxPool2d(x(1, 7, 8, 3), { size: 2 }), [1, 3, 4, 3], 'float32'],
  ['avgPool2d, same', o.avgPool2d(x(1, 7, 8, 3), { size: 3, strides: 2, padding: 'same' }), [1, 4, 4, 3], 'float32'],
  ['gather', o.gather(x(5, 6, 7), int(2, 3), 1), [5, 2, 3, 7], 'float32'],
  ['scatterAdd', o.scatterAdd(int(3), x(5, 3), [5, 8], -1), [5, 8], 'float32'],
  ['oneHot', o.oneHot(int(2, 3), 4), [2, 3, 4], 'float32'],
  ['iota', o.iota(5), [5], 'int32'],
  ['random bernoulli', o.random('bernoulli', [2, 3], { stream: 0 }), [2, 3], 'bool'],
])('%s gives the right shape and dtype', (_, node, shape, dtype) => {
  expect(node.shape).toEqual(shape)
  expect(node.dtype).toBe(dtype)
})

describe('padding of same', () => {
  const padding = (extent: number, size: number, stride: number): unknown => {
    const { attributes } = o.conv2d(x(1, extent, 99, 1), x(size, 1, 1, 1), { padding: 'same', strides: [stride, 1] })
    return (attributes as { padding: unknown[] }).padding[0]
  }
  test.each([
    [5, 3, 1, [1, 1]],
    [6, 3, 2, [0, 1]],
    [7, 3, 2, [1, 1]],
    [5, 2, 1, [0, 1]],
    [5, 4, 1, [1, 2]],
    [5, 1, 3, [0, 0]],
  ])('extent %i, window %i, stride %i', (extent, size, stride, expected) => {
    expect(padding(extent, size, stride)).toEqual(expected)
  })
})

describe('what changes nothing makes no node', () => {
  const node = x(2, 3)
  test.each([
    ['broadcast', o.broadcast(node, [2, 3])],
    ['reshape', o.reshape(node, [2, 3])],
    ['reshape and back', o.reshape(o.reshape(node, [6]), [2, 3])],
    ['transpose', o.transpose(node, [0, 1])],
    ['slice', o.slice(node, [0, 0], [2, 3])],
    ['pad', o.pad(node, [0, 0], [0, 0])],
    ['concat of one', o.concat([node], 0)],
    ['cast', o.cast(node, 'float32')],
    ['reduceSum over no axes', o.reduceSum(node, { axes: [] })],
  ])('%s', (_, same) => {
    expect(same).toBe(node)
  })
})

test('a maximum over a relu is the relu of the maximum, at a quarter of the cost', () => {
  const pooled = o.maxPool2d(o.relu(x(1, 4, 4, 1)), { size: 2 })
  expect(pooled.op).toBe('relu')
  expect(pooled.inputs[0]?.op).toBe('maxPool2d')
})
