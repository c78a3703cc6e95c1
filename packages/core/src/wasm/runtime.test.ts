import { describe, expect, test } from 'vitest'
import { defineFunction } from './encoder.ts'
import { i32, load, store } from './instructions.ts'
import { op } from './operations.ts'
import { allocateMemory, hasSimd, isShared, linker } from './runtime.ts'

const link = linker(() => [
  defineFunction({ name: 'increment', parameters: [] }, () => [
    store('i32.store', i32(0), op('i32.add', load('i32.load', i32(0)), i32(1))),
  ]),
])

describe.each([{ shared: false }, { shared: true }])('a memory, shared: $shared', ({ shared }) => {
  test('has whole pages, and at least the bytes asked for', () => {
    expect(allocateMemory(65537, { shared }).buffer.byteLength).toBe(131072)
    expect(allocateMemory(0, { shared }).buffer.byteLength).toBe(0)
  })

  test('knows of which kind it is', () => {
    expect(isShared(allocateMemory(1, { shared }))).toBe(shared)
  })

  test('is worked on in place, by instances of their own', () => {
    const [one, two] = [allocateMemory(4, { shared }), allocateMemory(4, { shared })]
    link(one).increment()
    link(two).increment()
    link(one).increment()
    expect([new Int32Array(one.buffer)[0], new Int32Array(two.buffer)[0]]).toEqual([2, 1])
  })
})

test('every machine that runs these tests has vectors', () => {
  expect(hasSimd()).toBe(true)
})
