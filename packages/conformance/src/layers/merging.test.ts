import { add, average, concatenate, maximum, multiply, subtract } from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { count, expectValues, runLayer } from './run-layer.fixture.ts'

describe('layers that join', () => {
  const inputs = [
    { shape: [2], values: [1, 2, 3, 4] },
    { shape: [2], values: [10, 0, -10, 4] },
  ]

  it('element by element', () => {
    expectValues(runLayer(add(), { inputs }), [2], [11, 2, -7, 8])
    expectValues(runLayer(subtract(), { inputs }), [2], [-9, 2, 13, 0])
    expectValues(runLayer(multiply(), { inputs }), [2], [10, 0, -30, 16])
    expectValues(runLayer(average(), { inputs }), [2], [5.5, 1, -3.5, 4])
    expectValues(runLayer(maximum(), { inputs }), [2], [10, 2, 3, 4])
  })

  it('stretching extents of 1, and refusing others', () => {
    const narrow = [...inputs, { shape: [1], values: [100, 200] }]
    expectValues(runLayer(add(), { inputs: narrow }), [2], [111, 102, 193, 208])
    expect(() => runLayer(add(), { inputs: [...inputs, { shape: [3], values: count(6) }] })).toThrowError(
      'add: add got [1, 2] and [1, 3]',
    )
    expect(() => runLayer(add(), { inputs: [...inputs, { shape: [2, 1], values: count(4) }] })).toThrowError(
      'expected inputs with one number of axes',
    )
    expect(() => runLayer(add(), { inputs: inputs.slice(1) })).toThrowError(
      'add (Add) got 1 inputs; expected at least 2',
    )
    expect(() => runLayer(subtract(), { inputs: [...inputs, ...inputs] })).toThrowError(
      'subtract (Subtract) got 4 inputs; expected 2',
    )
  })

  it('one after the other', () => {
    expectValues(runLayer(concatenate(), { inputs }), [4], [1, 2, 10, 0, 3, 4, -10, 4])
    expect(() => runLayer(concatenate({ axis: 0 }), { inputs })).toThrowError(
      'concatenate along axis 0 got [1, 2] and [1, 2]',
    )
  })
})
