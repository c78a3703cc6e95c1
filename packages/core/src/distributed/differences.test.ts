import { expect, it } from 'vitest'
import { firstDifference } from './differences.ts'

it.each([
  [{ a: 1, b: [1, { c: null }] }, { a: 1, b: [1, { c: null }] }, undefined],
  [
    { a: 1, b: 2 },
    { a: 1, b: 3 },
    { path: 'b', values: [2, 3] },
  ],
  [{ a: [1, 2] }, { a: [1] }, { path: 'a', values: ['1', null] }],
  [{ a: [1] }, { a: [1, 2] }, { path: 'a', values: [null, '1'] }],
  [{ a: { b: ['x', 'y'] } }, { a: { b: ['x', 'z'] } }, { path: 'a.b.1', values: ['y', 'z'] }],
  [{ a: 1 }, { b: 1 }, { path: 'keys', values: ['a', 'b'] }],
  [{ a: 1 }, {}, { path: 'keys', values: ['a', null] }],
  [1, '1', { path: '', values: [1, '1'] }],
  [{ a: {} }, { a: null }, { path: 'a', values: [{}, null] }],
])('case %#: the first place where two values differ', (first, other, expected) => {
  expect(firstDifference(first, other)).toEqual(expected)
})
