import { expect, test } from 'vitest'
import { isLockstepError } from '../../errors.ts'
import type { Conv2dAttributes, Node, Pool2dAttributes } from '../node.ts'
import * as o from '../ops.ts'
import { withScope } from '../scope.ts'

const x = (...shape: number[]): Node => o.input('x', shape)
const int = (...shape: number[]): Node => o.input('i', shape, 'int32')
const bool = (...shape: number[]): Node => o.input('b', shape, 'bool')

const window: Conv2dAttributes & Pool2dAttributes = {
  size: [2, 2],
  strides: [1, 1],
  padding: [
    [0, 0],
    [0, 0],
  ],
  dilations: [1, 1],
  groups: 1,
}

test.each([
  ['add of shapes that do not stretch', () => o.add(x(2, 3), x(2)), '[2, 3] and [2]'],
  ['exp of int32', () => o.exp(int(2)), 'cast'],
  ['pow of int32', () => o.pow(int(2), 2), 'float32'],
  ['less of bool', () => o.less(bool(2), bool(2)), 'less of bool'],
  ['select by a float', () => o.select(x(2), 1, 0), 'bool'],
  ['an extent of 0', () => x(2, 0), 'positive'],
  ['a fractional extent', () => o.state('w', [1.5]), 'positive'],
  ['constant of another length', () => o.constant([1, 2], [3]), '[3] and [2]'],
  ['random of rank 0', () => o.random('normal', [], { stream: 0 }), '[samples, ...]'],
  ['broadcast to fewer', () => o.broadcast(x(2, 3), [3]), '[2, 3] and [3]'],
  ['broadcast of 1 from 2', () => o.broadcast(x(2), [1]), '[2] and [1]'],
  ['reshape to another size', () => o.reshape(x(6), [4]), '6 elements'],
  ['reshape with two unknowns', () => o.reshape(x(6), [-1, -1]), '6 elements'],
  ['reshape to negative extents', () => o.reshape(x(6), [-2, -3]), '6 elements'],
  ['reshape that leaves a fraction', () => o.reshape(x(6), [4, -1]), '6 elements'],
  ['transpose by no permutation', () => o.transpose(x(2, 3), [0, 0]), 'permutation'],
  ['slice beyond the end', () => o.slice(x(5), [3], [3]), 'within'],
  ['slice with a stride beyond the end', () => o.slice(x(5), [0], [3], [3]), 'within'],
  ['slice at a fraction', () => o.slice(x(5), [0.5], [3]), 'within'],
  ['pad by less than nothing', () => o.pad(x(5), [-1], [0]), '≥ 0'],
  ['pad of another rank', () => o.pad(x(5), [1, 1], [0]), 'every axis'],
  ['concat of nothing', () => o.concat([], 0), 'at least one'],
  ['concat of other extents', () => o.concat([x(2, 3), x(3, 3)], 1), '[2, 3] and [3, 3]'],
  ['concat of two dtypes', () => o.concat([x(2), int(2)], 0), 'one dtype'],
  ['reduceSum over a missing axis', () => o.reduceSum(x(2, 3), { axes: [2] }), '[2]'],
  ['reduceSum over one axis twice', () => o.reduceSum(x(2, 3), { axes: [1, -1] }), 'distinct'],
  ['reduceSum of bool', () => o.reduceSum(bool(2)), 'reduceSum of bool'],
  ['matmul of other inner extents', () => o.matmul(x(2, 3), x(4, 2)), 'inner extents'],
  ['matmul of vectors', () => o.matmul(x(3), x(3)), 'inner extents'],
  ['matmul of batches that do not stretch', () => o.matmul(x(2, 3, 4), x(3, 4, 5)), '[2] and [3]'],
  ['matmul of int32', () => o.matmul(int(2, 2), int(2, 2)), 'matmul of int32'],
  ['conv2d of other channels', () => o.conv2d(x(1, 5, 5, 3), x(3, 3, 2, 4)), '[1, 5, 5, 3]'],
  ['conv2d with groups that do not divide', () => o.conv2d(x(1, 5, 5, 4), x(3, 3, 2, 3), { groups: 2 }), '2 group'],
  ['conv2d of a window that does not fit', () => o.conv2d(x(1, 2, 5, 1), x(3, 3, 1, 1)), "padding 'same'"],
  ['conv2d with stride 0', () => o.conv2d(x(1, 5, 5, 1), x(3, 3, 1, 1), { strides: 0 }), 'does not fit'],
  ['conv2d of int32', () => o.conv2d(int(1, 5, 5, 1), x(3, 3, 1, 1)), 'conv2d of int32'],
  [
    'conv2dInputGradient of other channels',
    () => o.conv2dInputGradient(x(1, 4, 4, 3), x(2, 2, 5, 3), [1, 5, 5, 4], window),
    '[1, 5, 5, 4]',
  ],
  [
    'conv2dFilterGradient of another result',
    () => o.conv2dFilterGradient(x(1, 5, 5, 4), x(1, 3, 4, 3), [2, 2, 4, 3], window),
    '[1, 4, 4, 3]',
  ],
  ['maxPool2d of a matrix', () => o.maxPool2d(x(4, 4), { size: 2 }), '[N, H, W, C]'],
  [
    'maxPool2d with windows of padding alone',
    () =>
      o.maxPool2d(x(1, 4, 4, 1), {
        size: 2,
        padding: [
          [2, 0],
          [0, 0],
        ],
      }),
    'smaller than the window',
  ],
  [
    'maxPool2dGradient of another result',
    () => o.maxPool2dGradient(x(1, 5, 5, 1), x(1, 5, 5, 1), x(1, 4, 4, 1), window),
    '[1, 4, 4, 1]',
  ],
  ['gather by floats', () => o.gather(x(3), x(2)), 'int32 indices'],
  ['gather on a missing axis', () => o.gather(x(3), int(2), 1), 'axis'],
  ['scatterAdd on a missing axis', () => o.scatterAdd(int(2), x(2), [3], 1), 'axis'],
  ['scatterAdd of int32', () => o.scatterAdd(int(2), int(2), [3]), 'float32 updates'],
  ['oneHot of floats', () => o.oneHot(x(2), 3), 'int32 indices'],
  ['oneHot of depth 0', () => o.oneHot(int(2), 0), 'depth'],
])('%s is refused', (_, build, part) => {
  expect(build).toThrow(expect.objectContaining({ code: 'shape-mismatch', message: expect.stringContaining(part) }))
})

test.each([
  ['two dtypes', () => o.add(x(2), int(2)), 'float32 and int32'],
  ['half of an int32', () => o.mul(int(2), 0.5), '0.5 is no value of dtype int32'],
  ['an int32 of 33 bits', () => o.constant(2 ** 31, [], 'int32'), 'integers of 32 bits'],
  ['a bool of 2', () => o.constant([0, 2], [2], 'bool'), '0 or 1'],
  ['a chance above 1', () => o.random('bernoulli', [2], { stream: 0, probability: 1.5 }), '1.5'],
])('%s is refused as an argument', (_, build, part) => {
  expect(build).toThrow(expect.objectContaining({ code: 'invalid-argument', message: expect.stringContaining(part) }))
})

test('a refusal names the layer in which it arose', () => {
  const build = (): Node => withScope('block', () => withScope('dense_1', () => o.matmul(x(2, 3), x(4, 5))))
  expect(build).toThrow('block/dense_1: matmul got [2, 3] and [4, 5]')
  expect(withScope('after', () => x(2)).scope).toBe('after')
  expect(x(2).scope).toBe('')
})

test('a refusal carries the operation and the shapes', () => {
  try {
    o.add(x(2, 3), x(2))
    expect.unreachable()
  } catch (error) {
    if (!isLockstepError(error)) throw error
    expect(error.details).toEqual({
      operation: 'add',
      shapes: [[2, 3], [2]],
    })
  }
})
