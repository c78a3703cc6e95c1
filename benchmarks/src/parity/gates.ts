import { mean } from '../statistics.ts'
import { bestAccuracies, meanCurve, type RunReport } from './curves.ts'
import type { Published } from './published.data.ts'

/** One thing that must hold. */
export interface Gate {
  readonly what: string
  readonly value: number
  readonly expected: string
  readonly passed: boolean
}

/** Holds runs against what was published. Runs with fewer epochs are held against those epochs only. */
export function gatesOf(runs: readonly RunReport[], published: Published): Gate[] {
  const { accuracies, tolerance, final, best, epochs, early } = published
  const curve = meanCurve(runs).map(({ valAccuracy }) => valAccuracy)
  const gates = accuracies.slice(0, curve.length).map((accuracy, epoch): Gate => {
    const value = curve[epoch] as number
    // Accuracies have four digits; the thin margin is for their binary fractions.
    const passed = Math.abs(value - accuracy) <= tolerance + 1e-9
    return { what: `epoch ${epoch + 1}`, value, expected: `${accuracy.toFixed(4)} ± ${tolerance}`, passed }
  })
  if (curve.length === early.epochs)
    gates.push(atLeast(`epoch ${early.epochs}`, curve.at(-1) as number, early.accuracy))
  if (curve.length < epochs) return gates
  gates.push(atLeast('last epoch', mean(runs.map(({ test }) => test.accuracy)), final))
  if (best !== undefined) gates.push(atLeast('best epoch of each run', mean(bestAccuracies(runs)), best))
  return gates
}

function atLeast(what: string, value: number, least: number): Gate {
  return { what, value, expected: `≥ ${least}`, passed: value >= least - 1e-9 }
}
