import { type Node, ops } from '@lockstep/core'
import { expect, test } from 'vitest'
import { computed } from '../definitions.fixture.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
const float = ops.input('x', [4])
const other = ops.input('y', [4])
const int = ops.input('x', [4], 'int32')
const divisor = ops.input('y', [4], 'int32')
const bool = ops.input('x', [4], 'bool')

test.each<[string, Node, number[], number[], number[]]>([
  ['relu', ops.relu(float), [-1, 0, 2, -infinity], [], [0, 0, 2, 0]],
  ['sign', ops.sign(float), [-3, 0, 2, infinity], [], [-1, 0, 1, 1]],
  ['sigmoid', ops.sigmoid(float), [0, -1000, 1000, nan], [], [0.5, 0, 1, nan]],
  ['log', ops.log(float), [1, 0, -1, infinity], [], [0, -infinity, nan, infinity]],
  ['sqrt', ops.sqrt(float), [4, 0, -1, infinity], [], [2, 0, nan, infinity]],
  ['pow', ops.pow(float, other), [2, -2, 0, -2], [-1, 3, 0, 0.5], [0.5, -8, 1, nan]],
  ['max', ops.max(float, other), [1, -1, 0, infinity], [2, -2, 0, 1], [2, -1, 0, infinity]],
  ['int32 division', ops.div(int, divisor), [7, -7, 7, -7], [2, 2, -2, -2], [3, -3, -3, 3]],
  ['int32 products', ops.mul(int, divisor), [3, -3, 0, 65536], [4, 4, 4, 65536], [12, -12, 0, 0]],
  ['int32 sums', ops.add(int, divisor), [1, -1, 2147483647, 5], [1, 1, 1, -5], [2, 0, -2147483648, 0]],
  ['equal', ops.equal(float, other), [1, nan, 0, infinity], [1, nan, -0, infinity], [1, 0, 1, 1]],
  ['less', ops.less(float, other), [1, nan, 0, 1], [2, 1, 0, nan], [1, 0, 0, 0]],
  ['lessEqual', ops.lessEqual(float, other), [1, nan, 0, 3], [2, 1, 0, 1], [1, 0, 1, 0]],
  ['select', ops.select(bool, 5, -5), [1, 0, 0, 1], [], [5, -5, -5, 5]],
  ['cast to int32', ops.cast(float, 'int32'), [-2.7, -0.5, 0.5, 2.7], [], [-2, 0, 0, 2]],
  ['cast to bool', ops.cast(float, 'bool'), [0, 0.3, -0, -2], [], [0, 1, 0, 1]],
  ['cast from bool', ops.cast(bool, 'float32'), [0, 1, 1, 0], [], [0, 1, 1, 0]],
])('%s', (_, node, x, y, expected) => {
  const { data } = computed(node, { x, y })
  expect(Array.from(data, (value) => value + 0)).toEqual(expected)
})
