/** What a schedule counts: updates, or samples over all ranks, which does not depend on the batch size. */
export type ScheduleUnit = 'steps' | 'samples'

/** `rates[i]` until position `boundaries[i]`, the last rate from then on. */
export interface PiecewiseSchedule {
  readonly kind: 'piecewise'
  readonly unit: ScheduleUnit
  /** Ascending; one fewer than the rates. */
  readonly boundaries: readonly number[]
  readonly rates: readonly number[]
}

/** initial · factor^(position / period). */
export interface ExponentialSchedule {
  readonly kind: 'exponential'
  readonly unit: ScheduleUnit
  readonly initial: number
  readonly factor: number
  readonly period: number
  /** Only whole periods count. */
  readonly staircase: boolean
}

/** initial / (1 + factor · position / period). */
export interface InverseTimeSchedule {
  readonly kind: 'inverseTime'
  readonly unit: ScheduleUnit
  readonly initial: number
  readonly factor: number
  readonly period: number
  readonly staircase: boolean
}

/** (initial − final) · (1 − position / period)^power + final, and `final` afterwards. */
export interface PolynomialSchedule {
  readonly kind: 'polynomial'
  readonly unit: ScheduleUnit
  readonly initial: number
  readonly final: number
  readonly period: number
  readonly power: number
}

/** Half a cosine wave from `initial` down to `final` over `period`; then `final`, or again from the top. */
export interface CosineSchedule {
  readonly kind: 'cosine'
  readonly unit: ScheduleUnit
  readonly initial: number
  readonly final: number
  readonly period: number
  readonly restarts?: {
    /** Each period is this many times as long as the one before. */
    readonly periodFactor: number
    /** Each wave is this many times as high as the one before. */
    readonly heightFactor: number
  }
}

/** A straight line from `initial` to the first rate of `followedBy` over `period`; that begins when it ends. */
export interface WarmUpSchedule {
  readonly kind: 'warmUp'
  readonly unit: ScheduleUnit
  readonly initial: number
  readonly period: number
  /** Counts in the same unit. */
  readonly followedBy: number | Schedule
}

/** A learning rate that changes during training, as plain JSON data. {@link scheduledRate} evaluates it. */
export type Schedule =
  | PiecewiseSchedule
  | ExponentialSchedule
  | InverseTimeSchedule
  | PolynomialSchedule
  | CosineSchedule
  | WarmUpSchedule
