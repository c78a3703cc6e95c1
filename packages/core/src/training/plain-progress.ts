import type { TrainingProgress } from './progress.ts'

/** Progress as JSON, which has no numbers for totals that are not finite: they are text. */
export type PlainProgress = Omit<TrainingProgress, 'totals'> & { readonly totals: readonly (number | string)[] }

export function plainProgress(progress: TrainingProgress): PlainProgress {
  return { ...progress, totals: Array.from(progress.totals, (sum) => (Number.isFinite(sum) ? sum : String(sum))) }
}

export function readProgress(plain: PlainProgress): TrainingProgress {
  return { ...plain, totals: plain.totals.map(Number) }
}
