import { describe, expect, it } from 'vitest'
import { countOf, gatherRows, type Rows, weightsOf } from './batch.ts'
import { type NumberArray, ndarray } from './ndarray.ts'

const listed = Uint32Array.of(2, 0)
const range = { start: 1, count: 2 }

describe('rows of an array', () => {
  const narrow = Array.from({ length: 6 }, (_, index) => index)
  const wide = Array.from({ length: 30 }, (_, index) => index)
  const arrays: readonly (readonly [string, (values: readonly number[]) => NumberArray])[] = [
    ['float32', (values) => Float32Array.from(values)],
    ['float64', (values) => Float64Array.from(values)],
    ['bytes', (values) => Uint8Array.from(values)],
    ['a plain list', (values) => values],
  ]

  it.each(arrays)('are copied from %s', (_, make) => {
    for (const [values, width] of [
      [narrow, 2],
      [wide, 10],
    ] as const) {
      const array = ndarray(make(values), [3, width])
      const rowsOf = (...rows: readonly number[]): number[] =>
        rows.flatMap((row) => values.slice(row * width, (row + 1) * width))
      for (const [rows, expected] of [
        [listed, rowsOf(2, 0)],
        [range, rowsOf(1, 2)],
      ] as const) {
        for (const into of [new Float32Array(2 * width), new Int32Array(2 * width)]) {
          gatherRows(array, rows as Rows, into)
          expect(Array.from(into)).toEqual(expected)
        }
      }
    }
  })

  it('may be single numbers, or none', () => {
    const into = new Float32Array(2)
    gatherRows(ndarray([7, 8, 9]), listed, into)
    expect(Array.from(into)).toEqual([9, 7])
    gatherRows(ndarray([7, 8, 9]), new Uint32Array(0), new Float32Array(0))
    expect([countOf(listed), countOf(range), countOf(new Uint32Array(0))]).toEqual([2, 2, 0])
  })
})

describe('weights of rows', () => {
  it('are ones, or those of the rows, as a copy', () => {
    const weights = Float32Array.of(1, 2, 3)
    expect(Array.from(weightsOf(undefined, range))).toEqual([1, 1])
    expect(Array.from(weightsOf(weights, listed))).toEqual([3, 1])
    const part = weightsOf(weights, range)
    expect(Array.from(part)).toEqual([2, 3])
    expect(part.buffer).not.toBe(weights.buffer)
  })
})
