import { describe, expect, it } from 'vitest'
import { NdArray, ndarray, toCategorical } from './ndarray.ts'

describe('ndarray', () => {
  it('wraps numbers without a copy', () => {
    const data = new Float32Array(6)
    const array = ndarray(data, [3, 2])
    expect(array.data).toBe(data)
    expect([array.length, array.shape]).toEqual([3, [3, 2]])
    expect(ndarray(data).shape).toEqual([6])
  })

  it('takes the shape of nested numbers', () => {
    const array = ndarray([
      [[1], [2]],
      [[3], [4]],
      [[5], [6]],
    ])
    expect(array.shape).toEqual([3, 2, 1])
    expect(Array.from(array.data)).toEqual([1, 2, 3, 4, 5, 6])
    expect(ndarray([1, 2, 3]).shape).toEqual([3])
    expect(ndarray([]).shape).toEqual([0])
    expect(ndarray([[], []]).shape).toEqual([2, 0])
  })

  it.each<readonly [string, () => unknown, string, RegExp]>([
    ['too few values', () => ndarray([1, 2, 3], [2, 2]), 'shape-mismatch', /3 values do not fill the shape \[2, 2\]/],
    ['negative extents', () => ndarray([1, 2, 3, 4], [-2, -2]), 'shape-mismatch', /\[-2, -2\]; expected whole extents/],
    ['broken extents', () => ndarray([1, 2], [0.5, 4]), 'shape-mismatch', /\[0.5, 4\]/],
    ['ragged rows', () => ndarray([[1, 2], [3]]), 'shape-mismatch', /row 1 has shape \[1\] but row 0 has \[2\]/],
    ['rows and numbers', () => ndarray([[1], 2]), 'shape-mismatch', /row 1 has shape \[\] but row 0 has \[1\]/],
    ['text', () => ndarray([['1']] as never), 'invalid-data', /an element is "1"; expected numbers/],
    ['nothing', () => ndarray([null] as never), 'invalid-data', /an element is undefined/],
    ['typed rows', () => ndarray([new Float32Array(2)] as never), 'invalid-data', /an element is Float32Array/],
    [
      '64-bit integers',
      () => ndarray(BigInt64Array.of(1n) as never),
      'invalid-data',
      /Int32Array.from\(data, Number\)/,
    ],
  ])('refuses %s', (_, make, code, message) => {
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
  })
})

describe('slices', () => {
  const array = ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2])

  it('share the memory of a typed array', () => {
    const slice = array.slice(1, 3)
    expect(slice.shape).toEqual([2, 2])
    expect(Array.from(slice.data)).toEqual([3, 4, 5, 6])
    expect((slice.data as Float32Array).buffer).toBe((array.data as Float32Array).buffer)
    expect(Array.from(new NdArray([1, 2, 3, 4], [2, 2]).slice(1).data)).toEqual([3, 4])
  })

  it.each([
    [0, 9, 3],
    [2, 1, 0],
    [5, 9, 0],
    [-1, 2, 2],
  ])('from %i to %i hold %i samples of 3', (start, end, count) => {
    expect(array.slice(start, end).length).toBe(count)
  })
})

describe('toCategorical', () => {
  it('makes one-hot rows', () => {
    const rows = toCategorical(Uint8Array.of(2, 0), 4)
    expect(rows.shape).toEqual([2, 4])
    expect(Array.from(rows.data)).toEqual([0, 0, 1, 0, 1, 0, 0, 0])
    expect(toCategorical([0, 2]).shape).toEqual([2, 3])
    expect(toCategorical([]).shape).toEqual([0, 0])
  })

  it.each<readonly [readonly number[], number | undefined, RegExp]>([
    [[0, 3], 3, /label 3 at index 1; expected an integer from 0 to 2/],
    [[1.5], undefined, /label 1.5 at index 0; expected an integer from 0 on/],
    [[0, Number.NaN], undefined, /label NaN at index 1/],
    [[-1], 2, /label -1/],
    [[0], 0, /classes is 0/],
  ])('refuses the labels %j of %s classes', (labels, classes, message) => {
    expect(() => toCategorical(labels, classes)).toThrow(message)
  })
})
