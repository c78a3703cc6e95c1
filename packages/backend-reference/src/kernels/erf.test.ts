import { expect, test } from 'vitest'
import { erf } from './erf.ts'

/** Σ (−1)ⁿ x^(2n+1) / (n! (2n+1)) · 2/√π: accurate while the terms stay small. */
function series(x: number): number {
  let sum = 0
  let power = x
  for (let n = 0; n < 60; n++) {
    sum += power / (2 * n + 1)
    power *= -(x * x) / (n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

test('agrees with the power series near zero, across the first seam and in the middle', () => {
  for (let x = -1.5; x <= 1.5; x += 1 / 64) expect(Math.abs(erf(x) - series(x))).toBeLessThan(2e-15)
})

test('agrees with tabulated values (Abramowitz and Stegun, table 7.1, and further digits)', () => {
  const table = [
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [4, 0.9999999845827421],
    [4.5, 0.9999999998033839],
    [5, 0.9999999999984626],
  ] as const
  for (const [x, expected] of table) {
    expect(Math.abs(erf(x) - expected)).toBeLessThan(3e-16)
    expect(erf(-x)).toBe(-erf(x))
  }
})

test('keeps its ends: zero, the limits and NaN', () => {
  expect(erf(0)).toBe(0)
  expect(erf(1e-300)).toBe(1.1283791670955126e-300)
  expect(erf(7)).toBe(1)
  expect(erf(Number.NEGATIVE_INFINITY)).toBe(-1)
  expect(erf(Number.NaN)).toBeNaN()
})
