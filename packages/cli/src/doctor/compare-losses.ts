import type { Row } from './examine.ts'

/**
 * How far a loss may be from the reference's, relative to it. Engines that compute in float32 are off by 1e-6 at most;
 * a primitive of the small model that is a twentieth off shows as 1e-3 or more.
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
