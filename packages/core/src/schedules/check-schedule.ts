import { LockstepError } from '../errors.ts'
import { unknownName } from '../names.ts'
import type { Schedule } from './schedule.ts'

/** Returns the schedule if {@link scheduledRate} can evaluate it everywhere, else throws `invalid-argument`. */
export function checkSchedule<S extends Schedule>(schedule: S): S {
  const checked: Schedule = schedule
  if (checked.unit !== 'steps' && checked.unit !== 'samples')
    fail(checked, 'unit', checked.unit, "'steps' or 'samples'")
  switch (checked.kind) {
    case 'piecewise': {
      const { boundaries, rates } = checked
      const ascending = boundaries.every((boundary, index) => boundary > (boundaries[index - 1] ?? 0))
      if (!ascending) fail(checked, 'boundaries', boundaries, 'ascending positive positions')
      if (rates.length !== boundaries.length + 1) fail(checked, 'rates', rates, 'one more than there are boundaries')
      for (const rate of rates) atLeastZero(checked, 'rates', rate)
      break
    }
    case 'exponential':
    case 'inverseTime':
      for (const field of ['initial', 'factor'] as const) atLeastZero(checked, field, checked[field])
      positive(checked, 'period', checked.period)
      break
    case 'polynomial':
      for (const field of ['initial', 'final', 'power'] as const) atLeastZero(checked, field, checked[field])
      positive(checked, 'period', checked.period)
      break
    case 'cosine':
      for (const field of ['initial', 'final'] as const) atLeastZero(checked, field, checked[field])
      positive(checked, 'period', checked.period)
      checkRestarts(checked)
      break
    case 'warmUp':
      atLeastZero(checked, 'initial', checked.initial)
      positive(checked, 'period', checked.period)
      checkFollowing(checked)
      break
    default:
      throw unknownName('schedule', String((checked as { kind: unknown }).kind), [
        'piecewise',
        'exponential',
        'inverseTime',
        'polynomial',
        'cosine',
        'warmUp',
      ])
  }
  return schedule
}

function checkRestarts(schedule: Schedule & { kind: 'cosine' }): void {
  const { restarts } = schedule
  if (restarts === undefined) return
  positive(schedule, 'restarts.heightFactor', restarts.heightFactor)
  if (!(restarts.periodFactor >= 1 && Number.isFinite(restarts.periodFactor)))
    fail(schedule, 'restarts.periodFactor', restarts.periodFactor, 'a number of at least 1')
}

function checkFollowing(schedule: Schedule & { kind: 'warmUp' }): void {
  const { followedBy, unit } = schedule
  if (typeof followedBy === 'number') {
    atLeastZero(schedule, 'followedBy', followedBy)
    return
  }
  checkSchedule(followedBy)
  if (followedBy.unit !== unit)
    fail(schedule, 'followedBy', `a schedule by ${followedBy.unit}`, `one by ${unit}, as the warm-up counts`)
}

function atLeastZero(schedule: Schedule, field: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value))) fail(schedule, field, value, 'a finite number of at least 0')
}

function positive(schedule: Schedule, field: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) fail(schedule, field, value, 'a finite number above 0')
}

function fail(schedule: Schedule, field: string, value: unknown, expected: string): never {
  throw new LockstepError(
    'invalid-argument',
    { argument: field },
    `schedule ${schedule.kind}: ${field} is ${typeof value === 'number' ? value : JSON.stringify(value)}; expected ${expected}`,
  )
}
