import type { Row } from './examine.ts'

/**
 * How far a loss may be from the reference's, relative to it. Three steps of the small model in float32 are within
 * 1e-6 of float64; a wrong kernel is off by more than 1e-2.
 */
export const tolerance = 1e-4

/** Says whether losses are those of the reference backend. */
export function compareLosses(
  losses: readonly number[],
  expected: readonly number[] | undefined,
): Pick<Row, 'status' | 'deviation' | 'reason'> {
  if (expected === undefined) return { status: 'works', reason: 'not compared: the reference backend does not work' }
  const deviations = expected.map((loss, step) => Math.abs((losses[step] ?? Number.NaN) - loss) / Math.abs(loss))
  // NaN is never within a tolerance, and Math.max keeps it.
  const deviation = Math.max(...deviations)
  if (deviation <= tolerance) return { status: 'works', deviation }
  const reason = `its losses are ${show(losses)}; the reference backend's are ${show(expected)}`
  return { status: 'wrong', deviation, reason }
}

function show(losses: readonly number[]): string {
  return losses.map((loss) => loss.toFixed(5)).join(', ')
}
