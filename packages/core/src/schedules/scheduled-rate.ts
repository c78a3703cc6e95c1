import type { Progress } from '../learners/learner.ts'
import { lookUp } from '../names.ts'
import type { CosineSchedule, ExponentialSchedule, InverseTimeSchedule, Schedule, ScheduleUnit } from './schedule.ts'

type Curves = { readonly [K in Schedule['kind']]: (schedule: Schedule & { kind: K }, progress: Progress) => number }

const curves: Curves = {
  piecewise: ({ unit, boundaries, rates }, progress) => {
    const position = positionOf(unit, progress)
    const passed = boundaries.filter((boundary) => position >= boundary).length
    return rates[passed] as number
  },
  exponential: (schedule, progress) => schedule.initial * schedule.factor ** periods(schedule, progress),
  inverseTime: (schedule, progress) => schedule.initial / (1 + schedule.factor * periods(schedule, progress)),
  polynomial: ({ unit, initial, final, period, power }, progress) => {
    const left = 1 - Math.min(positionOf(unit, progress) / period, 1)
    return (initial - final) * left ** power + final
  },
  cosine: (schedule, progress) => {
    const { wave, phase } = cosinePosition(schedule, positionOf(schedule.unit, progress))
    const height = (schedule.initial - schedule.final) * (schedule.restarts?.heightFactor ?? 1) ** wave
    return schedule.final + height * 0.5 * (1 + Math.cos(Math.PI * phase))
  },
  warmUp: ({ unit, initial, period, followedBy }, progress) => {
    const position = positionOf(unit, progress)
    if (position >= period) return scheduledRate(followedBy, { ...progress, [progressKey[unit]]: position - period })
    const target = scheduledRate(followedBy, { step: 0, samples: 0 })
    return initial + (target - initial) * (position / period)
  },
}

/**
 * The learning rate at this point of training, in float64; a number stands for itself. A pure function: a resumed run
 * sees the same rates. What follows a warm-up counts from
 * the end of it.
 */
export function scheduledRate(schedule: number | Schedule, progress: Progress): number {
  if (typeof schedule === 'number') return schedule
  const curve = lookUp('schedule', schedule.kind, curves) as (schedule: Schedule, progress: Progress) => number
  return curve(schedule, progress)
}

const progressKey: Readonly<Record<ScheduleUnit, keyof Progress>> = { steps: 'step', samples: 'samples' }

function positionOf(unit: ScheduleUnit, progress: Progress): number {
  return progress[progressKey[unit]]
}

function periods({ unit, period, staircase }: ExponentialSchedule | InverseTimeSchedule, progress: Progress): number {
  const count = positionOf(unit, progress) / period
  return staircase ? Math.floor(count) : count
}

/** Which wave a position falls into and how far along it that is, from 0 to 1. */
function cosinePosition({ period, restarts }: CosineSchedule, position: number): { wave: number; phase: number } {
  if (restarts === undefined) return { wave: 0, phase: Math.min(position / period, 1) }
  if (restarts.periodFactor === 1) return { wave: Math.floor(position / period), phase: (position % period) / period }
  let [wave, begun, length] = [0, 0, period]
  while (position - begun >= length) {
    begun += length
    length *= restarts.periodFactor
    wave++
  }
  return { wave, phase: (position - begun) / length }
}
