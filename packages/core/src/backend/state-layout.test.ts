import { describe, expect, it } from 'vitest'
import { checkRange, stateEntry, stateLayout } from './state-layout.ts'

const layout = stateLayout([
  ['kernel', [3, 7]],
  ['bias', [7]],
  ['step', []],
])

describe('stateLayout', () => {
  it('gives every tensor a place that begins at a multiple of 16 elements, in order', () => {
    expect([...layout.entries.values()].map(({ name, offset, length }) => [name, offset, length])).toEqual([
      ['kernel', 0, 21],
      ['bias', 32, 7],
      ['step', 48, 1],
    ])
    expect(layout.length).toBe(64)
  })

  it('refuses two tensors of one name', () => {
    const twice = [
      ['w', [1]],
      ['w', [2]],
    ] as const
    expect(() => stateLayout(twice)).toThrow(/"w" appears twice/)
  })

  it('names the entries there are when another is asked for', () => {
    expect(stateEntry(layout, 'bias').shape).toEqual([7])
    expect(() => stateEntry(layout, 'baes')).toThrow(/no state entry "baes".*kernel, bias, step/)
  })
})

describe('checkRange', () => {
  it('takes the whole state, or a part of which the memory has the length', () => {
    expect(checkRange('into', layout, new Float32Array(64))).toEqual({ start: 0, end: 64 })
    expect(checkRange('into', layout, new Float32Array(7), { start: 32, end: 39 })).toEqual({ start: 32, end: 39 })
    expect(checkRange('into', layout, new Float32Array(0), { start: 64, end: 64 })).toEqual({ start: 64, end: 64 })
  })

  it.each([
    [63, undefined],
    [8, { start: 32, end: 39 }],
    [2, { start: 63, end: 65 }],
    [2, { start: -1, end: 1 }],
    [1, { start: 0.5, end: 1.5 }],
    [0, { start: 2, end: 1 }],
  ])('refuses %i elements for %j', (length, range) => {
    expect(() => checkRange('into', layout, new Float32Array(length), range)).toThrow(
      /into: .* of a state of 64; expected/,
    )
  })
})
