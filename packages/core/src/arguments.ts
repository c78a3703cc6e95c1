import { LockstepError } from './errors.ts'

/** Throws `invalid-argument` unless `holds`; the message reads `<owner>: <argument> is <value>; expected <expected>`. */
export function requireArgument(
  owner: string,
  argument: string,
  value: unknown,
  holds: boolean,
  expected: string,
): void {
  if (holds) return
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  throw new LockstepError('invalid-argument', { argument }, `${owner}: ${argument} is ${shown}; expected ${expected}`)
}

export function positiveNumber(owner: string, argument: string, value: number): void {
  requireArgument(owner, argument, value, Number.isFinite(value) && value > 0, 'a finite number above 0')
}

export function wholeNumber(owner: string, argument: string, value: number, least: number): void {
  requireArgument(owner, argument, value, Number.isInteger(value) && value >= least, `a whole number from ${least} on`)
}
