import { checkSchedule } from './check-schedule.ts'
import type {
  CosineSchedule,
  ExponentialSchedule,
  InverseTimeSchedule,
  PiecewiseSchedule,
  PolynomialSchedule,
  Schedule,
  ScheduleUnit,
  WarmUpSchedule,
} from './schedule.ts'

export type {
  CosineSchedule,
  ExponentialSchedule,
  InverseTimeSchedule,
  PiecewiseSchedule,
  PolynomialSchedule,
  Schedule,
  ScheduleUnit,
  WarmUpSchedule,
} from './schedule.ts'
export { scheduledRate } from './scheduled-rate.ts'

/** A schedule's fields without `kind`; those named in `Defaulted` may be left out, `unit` always (default: steps). */
type Fields<S extends Schedule, Defaulted extends keyof S = never> = Omit<S, 'kind' | 'unit' | Defaulted> &
  Partial<Pick<S, Defaulted>> & { readonly unit?: ScheduleUnit }

/**
 * Constant between boundaries. The first `boundaries[0]` steps (or samples) use `rates[0]`; Keras 3's
 * `PiecewiseConstantDecay` uses it for one more.
 */
export function piecewise(fields: Fields<PiecewiseSchedule>): PiecewiseSchedule {
  return checkSchedule({ kind: 'piecewise', unit: 'steps', ...fields })
}

/** Multiplied by `factor` every `period`; Keras' `ExponentialDecay`. */
export function exponential(fields: Fields<ExponentialSchedule, 'staircase'>): ExponentialSchedule {
  return checkSchedule({ kind: 'exponential', unit: 'steps', staircase: false, ...fields })
}

/** Keras' `InverseTimeDecay`; with `period` 1 the same as a learner's option `decay`. */
export function inverseTime(fields: Fields<InverseTimeSchedule, 'staircase'>): InverseTimeSchedule {
  return checkSchedule({ kind: 'inverseTime', unit: 'steps', staircase: false, ...fields })
}

/** Keras' `PolynomialDecay`; a straight line by default, to 0 by default. */
export function polynomial(fields: Fields<PolynomialSchedule, 'final' | 'power'>): PolynomialSchedule {
  return checkSchedule({ kind: 'polynomial', unit: 'steps', final: 0, power: 1, ...fields })
}

/** Half a cosine wave, to 0 by default (Loshchilov & Hutter, 2016: SGDR); `restarts` repeats it. */
export function cosine(fields: Fields<CosineSchedule, 'final'>): CosineSchedule {
  return checkSchedule({ kind: 'cosine', unit: 'steps', final: 0, ...fields })
}

/** Rises in a straight line, from 0 by default, then goes on with `followedBy`, in whose unit it counts. */
export function warmUp(fields: Fields<WarmUpSchedule, 'initial'>): WarmUpSchedule {
  const unit = typeof fields.followedBy === 'number' ? 'steps' : fields.followedBy.unit
  return checkSchedule({ kind: 'warmUp', unit, initial: 0, ...fields })
}
