import type { Unit } from './units.ts'

/** How far training has come; counted in global updates and samples. */
export interface Position {
  readonly step: number
  readonly samples: number
}

/** Where training stands, always between two updates: what a checkpoint keeps besides the state. */
export interface TrainingProgress {
  /** Updates made. */
  step: number
  /** Samples trained on. */
  samples: number
  /** The epoch in progress, from 0, or the next one. */
  epoch: number
  /** Batches of it that are done. */
  batch: number
  /** Sums over those batches, as `Totals.values`. */
  totals: ArrayLike<number>
}

/** The position after a unit. */
export function after({ step, samples }: Position, { completes }: Pick<Unit, 'completes'>): Position {
  return { step: step + (completes?.steps ?? 0), samples: samples + (completes?.samples ?? 0) }
}
