import { expect, it } from 'vitest'
import { l1, l1l2, l2, regularizerOf } from './regularizers.ts'

it('are factors of Σ|w| and Σw², 0.01 by default as in Keras', () => {
  expect(l1()).toEqual({ l1: 0.01, l2: 0 })
  expect(l2(0.5)).toEqual({ l1: 0, l2: 0.5 })
  expect(l1l2({ l1: 0.1 })).toEqual({ l1: 0.1, l2: 0.01 })
  expect(regularizerOf(undefined)).toBeUndefined()
})

it('refuse negative factors and NaN', () => {
  expect(() => l2(-1)).toThrowError('regularizer: l2 is -1; expected a number from 0')
  expect(() => l1(Number.NaN)).toThrowError('regularizer: l1')
})
