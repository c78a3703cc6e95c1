import { describe, expect, it } from 'vitest'
import { ndarray } from './ndarray.ts'
import { type Objective, objectivesFor } from './objective.ts'
import { checkTargets, combinedWeights } from './targets.ts'

function objective(loss: string, shape: readonly number[]): Objective {
  return objectivesFor([{ name: 'out', shape }], { loss })[0] as Objective
}

const classes = objective('sparseCategoricalCrossentropy', [3])
const positions = objective('sparseCategoricalCrossentropy', [2, 3])
const oneHot = objective('categoricalCrossentropy', [3])
const values = objective('mse', [2])

describe('targets', () => {
  it('are class numbers, or any finite numbers', () => {
    expect(() => checkTargets(ndarray(Uint8Array.of(0, 1, 2)), classes)).not.toThrow()
    expect(() =>
      checkTargets(
        ndarray([
          [0, 2],
          [1, 1],
        ]),
        positions,
      ),
    ).not.toThrow()
    expect(() => checkTargets(ndarray([[-1e30, 7.5]]), values)).not.toThrow()
    expect(() => checkTargets(ndarray(new Float32Array(0), [0, 2]), values)).not.toThrow()
  })

  it.each([
    [ndarray([0, 3]), classes, 'sample 1 is 3; expected a class number from 0 to 2'],
    [ndarray([0.5]), classes, 'sample 0 is 0.5'],
    [ndarray([-1]), classes, 'sample 0 is -1'],
    [ndarray([Number.NaN]), classes, 'sample 0 is NaN'],
    [
      ndarray([
        [0, 1],
        [2, 9],
      ]),
      positions,
      'sample 1 is 9',
    ],
    [
      ndarray([
        [0, 0],
        [0, Number.NaN],
      ]),
      values,
      'sample 1 is NaN; expected a finite number',
    ],
    [ndarray([[Number.POSITIVE_INFINITY, 0]]), values, 'sample 0 is Infinity'],
  ])('case %#: are refused naming the sample', (targets, of, message) => {
    expect(() => checkTargets(targets, of)).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        message: expect.stringContaining(`output "out" for ${message}`),
      }),
    )
  })
})

describe('weights', () => {
  const labels = ndarray(Int32Array.of(0, 1, 2, 1))

  it('are left out where all are 1', () => {
    expect(combinedWeights(labels, classes, undefined, undefined)).toBeUndefined()
  })

  it('are those of the samples times those of their classes', () => {
    const given = ndarray([1, 2, 3, 0])
    expect(Array.from(combinedWeights(labels, classes, given, undefined) ?? [])).toEqual([1, 2, 3, 0])
    expect(Array.from(combinedWeights(labels, classes, undefined, { 1: 5 }) ?? [])).toEqual([1, 5, 1, 5])
    expect(Array.from(combinedWeights(labels, classes, given, { 1: 5, 0: 0 }) ?? [])).toEqual([0, 10, 3, 0])
  })

  it('find the class in one-hot rows, columns and single numbers', () => {
    const rows = ndarray([
      [0, 0, 1],
      [1, 0, 0],
    ])
    expect(Array.from(combinedWeights(rows, oneHot, undefined, { 2: 4 }) ?? [])).toEqual([4, 1])
    const column = ndarray([[1], [0]])
    expect(Array.from(combinedWeights(column, objective('mse', [1]), undefined, { 1: 3 }) ?? [])).toEqual([3, 1])
  })

  it('do not change what they were made of', () => {
    const data = Float32Array.of(1, 2, 3, 4)
    combinedWeights(labels, classes, ndarray(data), { 0: 7 })
    expect(Array.from(data)).toEqual([1, 2, 3, 4])
  })

  it.each<readonly [() => unknown, RegExp]>([
    [
      () => combinedWeights(labels, classes, ndarray([1, 1, -1, 1]), undefined),
      /sampleWeight of sample 2 is -1; expected/,
    ],
    [
      () => combinedWeights(labels, classes, ndarray([1, Number.NaN, 1, 1]), undefined),
      /sampleWeight of sample 1 is NaN/,
    ],
    [() => combinedWeights(labels, classes, undefined, { 1: -2 }), /classWeight of class 1 is -2; expected/],
    [() => combinedWeights(labels, classes, undefined, { 0: Number.NaN }), /classWeight of class 0 is NaN/],
    [() => combinedWeights(ndarray([[0, 1]]), positions, undefined, { 0: 2 }), /needs one class per sample/],
  ])('case %#: are refused', (make, message) => {
    expect(make).toThrow(message)
  })
})
