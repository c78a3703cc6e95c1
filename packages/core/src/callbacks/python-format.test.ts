import { describe, expect, it } from 'vitest'
import { exponential, fixed, floatRepr, zeroPadded } from './python-format.ts'

// Every expectation was printed by Python 3.11.
describe('fixed', () => {
  it.each([
    [0.90625, '0.9062'],
    [0.84375, '0.8438'],
    [0.03125, '0.0312'],
    [0.1, '0.1000'],
    [Math.LN10, '2.3026'],
    [-0.00001, '-0.0000'],
    [-0, '-0.0000'],
    [99999.99996, '100000.0000'],
    [1.5e21, '1500000000000000000000.0000'],
    [1e22, '10000000000000000000000.0000'],
    [Number.NaN, 'nan'],
    [-Infinity, '-inf'],
  ])('%d with four decimals is %s', (value, expected) => {
    expect(fixed(value, 4)).toBe(expected)
  })

  it('without decimals rounds halves to even', () => {
    expect([0.5, 1.5, 2.5, 1e21].map((value) => fixed(value, 0))).toEqual(['0', '2', '2', '1000000000000000000000'])
  })
})

describe('exponential', () => {
  it.each([
    [0.0001234567, '1.2346e-04'],
    [0, '0.0000e+00'],
    [-0.5, '-5.0000e-01'],
    [-3.15625, '-3.1562e+00'],
    [0.0009999999, '1.0000e-03'],
    [1.5e-300, '1.5000e-300'],
    [5e-324, '4.9407e-324'],
    [Number.NaN, 'nan'],
    [Infinity, 'inf'],
  ])('%d with four decimals is %s', (value, expected) => {
    expect(exponential(value, 4)).toBe(expected)
  })

  it('without decimals rounds halves to even', () => {
    expect([2.5, 3.5].map((value) => exponential(value, 0))).toEqual(['2e+00', '4e+00'])
  })
})

describe('floatRepr', () => {
  it.each([
    [1, '1.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [0.1, '0.1'],
    [123.456, '123.456'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.25e-7, '1.25e-07'],
    [1e15, '1000000000000000.0'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e16, '1e+16'],
    [-1e100, '-1e+100'],
    [Number.NaN, 'nan'],
  ])('of %d is %s', (value, expected) => {
    expect(floatRepr(value)).toBe(expected)
  })
})

describe('zeroPadded', () => {
  it.each([
    [7, 5, '00007'],
    [123456, 5, '123456'],
    [-3, 4, '-003'],
    [3.9, 2, '03'],
  ])('%d to %i digits is %s', (value, width, expected) => {
    expect(zeroPadded(value, width)).toBe(expected)
  })
})
