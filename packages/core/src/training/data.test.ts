import { describe, expect, it } from 'vitest'
import { arraysFor, commonLength, type ModelData } from './data.ts'
import { ndarray } from './ndarray.ts'

const point = { name: 'point', shape: [2] }
const label = { name: 'label', shape: [] }
const column = { name: 'column', shape: [1] }

describe('data of one tensor', () => {
  it.each<readonly [string, ModelData]>([
    ['with a shape', ndarray([1, 2, 3, 4], [2, 2])],
    ['as a typed array', Float32Array.of(1, 2, 3, 4)],
    ['as a flat list', [1, 2, 3, 4]],
    [
      'as rows',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'by name',
      {
        point: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    [
      'as a list of one',
      [
        ndarray([
          [1, 2],
          [3, 4],
        ]),
      ],
    ],
  ])('may come %s', (_, data) => {
    const [array] = arraysFor('x', data, [point])
    expect(array?.shape).toEqual([2, 2])
    expect(Array.from(array?.data ?? [])).toEqual([1, 2, 3, 4])
  })

  it('may be a column for a plain list and the other way round', () => {
    expect(arraysFor('y', [[1], [2]], [label])[0]?.shape).toEqual([2])
    expect(arraysFor('y', [1, 2], [column])[0]?.shape).toEqual([2, 1])
    expect(arraysFor('y', [ndarray([5, 6])], [column])[0]?.data).toEqual(Float64Array.of(5, 6))
  })

  it('may be empty', () => {
    expect(arraysFor('x', new Float32Array(0), [point])[0]?.shape).toEqual([0, 2])
    expect(arraysFor('x', [], [point])[0]?.shape).toEqual([0, 2])
  })

  it.each<readonly [unknown, string, RegExp]>([
    [undefined, 'invalid-argument', /x is undefined; expected numbers for point/],
    [3, 'invalid-argument', /x is 3/],
    [{ point: null }, 'invalid-argument', /x is null/],
    [{ dot: [1, 2] }, 'unknown-name', /x has the keys dot; expected point/],
    [[1, 2, 3], 'shape-mismatch', /x "point" has shape \[3\]; expected \[3, 2\]/],
    [[[1, 2, 3]], 'shape-mismatch', /has shape \[1, 3\]; expected \[1, 2\]/],
    [ndarray([1, 2, 3, 4], [1, 2, 2]), 'shape-mismatch', /expected \[1, 2\]. Check the inputShape/],
    [
      ndarray([1, 2, 3, 4], [2, 2, 1]),
      'shape-mismatch',
      /The sizes agree: wrap the data with ndarray\(data, \[samples, 2\]\)/,
    ],
    [ndarray([1, 2]), 'shape-mismatch', /Class numbers\? .* toCategorical\(labels, 2\)/],
    [['1', '2'], 'invalid-data', /an element is "1"/],
    [[{}], 'invalid-data', /an element is Object/],
  ])('is refused as %j', (data, code, message) => {
    expect(() => arraysFor('x', data as ModelData, [point])).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })
})

describe('data of several tensors', () => {
  const specs = [point, label]

  it('goes by order or by name', () => {
    const [points, labels] = [ndarray([[1, 2]]), ndarray([3])]
    expect(arraysFor('x', [points, labels], specs)).toEqual([points, labels])
    expect(arraysFor('x', { label: labels, point: points }, specs)).toEqual([points, labels])
  })

  it('must be as many as there are', () => {
    expect(() => arraysFor('x', [ndarray([[1, 2]])], specs)).toThrow(/x has 1 arrays; expected 2: point, label/)
    expect(() => arraysFor('x', ndarray([[1, 2]]), specs)).toThrow(/x has 1 arrays/)
    expect(() => arraysFor('x', { point: [1, 2] }, specs)).toThrow(/x has the keys point; expected point, label/)
  })
})

it('all arrays must have equally many samples', () => {
  expect(
    commonLength([
      { what: 'x', length: 3 },
      { what: 'y', length: 3 },
    ]),
  ).toBe(3)
  expect(commonLength([])).toBe(0)
  const uneven = [
    { what: 'x', length: 3 },
    { what: 'y', length: 0 },
  ]
  expect(() => commonLength(uneven)).toThrow(/x has 3 samples but y has 0/)
})
