import { LockstepError } from '../errors.ts'
import { lookUp, nearestName } from '../names.ts'
import type { LearnerOptions } from './define-learner.ts'

/** A learner's own options: plain JSON values. */
export type Settings = Readonly<Record<string, number | boolean | string>>

const common = { learningRate: 0, decay: 0, clipNorm: 0, clipValue: 0, weightDecay: 0 }

/**
 * A learner's own options, taken from what the caller gave or from `defaults`. Throws for an option that neither
 * `defaults` nor {@link LearnerOptions} has, and for a value of another type than its default.
 */
export function settingsOf<S extends Settings>(learner: string, given: LearnerOptions, defaults: S): S {
  const known = { ...common, ...defaults }
  for (const option of Object.keys(given))
    if (!Object.hasOwn(known, option)) throw unknownOption(learner, option, known)
  const settings = Object.entries(defaults).map(([option, initial]) => {
    const value = (given as Readonly<Record<string, unknown>>)[option] ?? initial
    if (typeof value !== typeof initial || (typeof value === 'number' && !Number.isFinite(value)))
      throw invalidOption(learner, option, value, `a ${typeof initial === 'number' ? 'finite number' : typeof initial}`)
    return [option, value]
  })
  return Object.fromEntries(settings) as S
}

/** The defaults that go by the name of a profile; throws `unknown-name` for one the learner does not have. */
export function profileOf<P extends string, D>(learner: string, profile: P, profiles: Readonly<Record<P, D>>): D {
  return lookUp(`profile of ${learner}`, profile, profiles)
}

/** Throws `invalid-argument` unless 0 ≤ value < 1: a decay rate of a running mean. */
export function checkFraction(learner: string, settings: Settings, ...options: readonly string[]): void {
  for (const option of options) {
    const value = settings[option] as number
    if (!(value >= 0 && value < 1)) throw invalidOption(learner, option, value, 'a number from 0 to below 1')
  }
}

/** Throws `invalid-argument` unless every one is ≥ 0. */
export function checkNotNegative(learner: string, settings: Settings, ...options: readonly string[]): void {
  for (const option of options) {
    const value = settings[option] as number
    if (!(value >= 0)) throw invalidOption(learner, option, value, 'a number of at least 0')
  }
}

/** The error of an option whose value cannot be used. */
export function invalidOption(
  learner: string,
  option: string,
  value: unknown,
  expected: string,
): LockstepError<'invalid-argument'> {
  return new LockstepError(
    'invalid-argument',
    { argument: option },
    `${learner}: ${option} is ${typeof value === 'string' ? `'${value}'` : String(value)}; expected ${expected}`,
  )
}

function unknownOption(
  learner: string,
  option: string,
  known: Readonly<Record<string, unknown>>,
): LockstepError<'invalid-argument'> {
  const names = Object.keys(known)
  const nearest = option === 'lr' ? 'learningRate' : nearestName(option, names)
  const advice = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  return new LockstepError(
    'invalid-argument',
    { argument: option },
    `${learner} has no option '${option}'${advice} (it has ${names.join(', ')})`,
  )
}
