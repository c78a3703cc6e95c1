import { describe, expect, it } from 'vitest'
import * as schedules from './index.ts'
import { type Schedule, scheduledRate } from './index.ts'

const rates = (schedule: number | Schedule, steps: readonly number[]): number[] =>
  steps.map((step) => scheduledRate(schedule, { step, samples: step * 10 }))

describe('schedules', () => {
  it('takes a number for itself', () => {
    expect(rates(0.25, [0, 1000])).toEqual([0.25, 0.25])
  })

  it('changes piecewise, each rate for as many steps as lie between boundaries', () => {
    const schedule = schedules.piecewise({ boundaries: [2, 5], rates: [1, 0.5, 0.1] })
    expect(rates(schedule, [0, 1, 2, 4, 5, 100])).toEqual([1, 1, 0.5, 0.5, 0.1, 0.1])
  })

  it('counts samples where told to', () => {
    const schedule = schedules.piecewise({ boundaries: [20], rates: [1, 0.5], unit: 'samples' })
    expect(rates(schedule, [0, 1, 2, 3])).toEqual([1, 1, 0.5, 0.5])
  })

  it('decays exponentially, smoothly or in stairs', () => {
    const smooth = schedules.exponential({ initial: 0.8, factor: 0.25, period: 10 })
    expect(rates(smooth, [0, 5, 10, 20])).toEqual([0.8, 0.4, 0.2, 0.05])
    const stairs = schedules.exponential({ ...smooth, staircase: true })
    expect(rates(stairs, [0, 9, 10, 19, 20])).toEqual([0.8, 0.8, 0.2, 0.2, 0.05])
  })

  it('decays with inverse time, smoothly or in stairs', () => {
    const smooth = schedules.inverseTime({ initial: 1, factor: 0.5, period: 2 })
    expect(rates(smooth, [0, 2, 4, 6])).toEqual([1, 1 / 1.5, 0.5, 0.4])
    const stairs = schedules.inverseTime({ ...smooth, staircase: true })
    expect(rates(stairs, [0, 1, 3])).toEqual([1, 1, 1 / 1.5])
  })

  it('decays as a polynomial and stays at its end', () => {
    expect(rates(schedules.polynomial({ initial: 1, period: 4 }), [0, 1, 4, 9])).toEqual([1, 0.75, 0, 0])
    const square = schedules.polynomial({ initial: 1.5, final: 0.5, period: 4, power: 2 })
    expect(rates(square, [0, 2, 4, 9])).toEqual([1.5, 0.75, 0.5, 0.5])
  })

  it('follows half a cosine wave and stays at its end', () => {
    const got = rates(schedules.cosine({ initial: 1, final: 0.5, period: 8 }), [0, 2, 4, 8, 99])
    const expected = [1, 0.75 + 0.25 * Math.SQRT1_2, 0.75, 0.5, 0.5]
    for (const [index, value] of expected.entries()) expect(got[index]).toBeCloseTo(value, 14)
  })

  it('restarts the cosine with longer and lower waves', () => {
    const restarts = { periodFactor: 2, heightFactor: 0.5 }
    const schedule = schedules.cosine({ initial: 1, period: 10, restarts })
    const got = rates(schedule, [0, 5, 10, 20, 30, 50])
    for (const [index, value] of [1, 0.5, 0.5, 0.25, 0.25, 0.125].entries()) expect(got[index]).toBeCloseTo(value, 14)
    const even = schedules.cosine({ initial: 1, period: 10, restarts: { periodFactor: 1, heightFactor: 1 } })
    expect(rates(even, [0, 10, 40])).toEqual([1, 1, 1])
  })

  it('warms up in a straight line to where the next schedule begins', () => {
    const following = schedules.piecewise({ boundaries: [3], rates: [1, 0.5] })
    const schedule = schedules.warmUp({ initial: 0.5, period: 4, followedBy: following })
    expect(rates(schedule, [0, 1, 2, 4, 6, 7])).toEqual([0.5, 0.625, 0.75, 1, 1, 0.5])
    expect(rates(schedules.warmUp({ period: 10, followedBy: 2 }), [0, 5, 10, 11])).toEqual([0, 1, 2, 2])
  })

  it('counts a warm-up in the unit of what follows', () => {
    const following = schedules.exponential({ initial: 1, factor: 0.5, period: 10, unit: 'samples' })
    expect(rates(schedules.warmUp({ period: 20, followedBy: following }), [0, 1, 2, 3, 4])).toEqual([
      0, 0.5, 1, 0.5, 0.25,
    ])
  })

  it('is plain data: JSON and back gives the same rates', () => {
    const following = schedules.cosine({ initial: 0.3, period: 7, restarts: { periodFactor: 1.5, heightFactor: 0.9 } })
    const schedule = schedules.warmUp({ period: 5, followedBy: following })
    const steps = Array.from({ length: 60 }, (_, step) => step)
    expect(rates(JSON.parse(JSON.stringify(schedule)), steps)).toEqual(rates(schedule, steps))
  })

  it.each([
    [() => schedules.piecewise({ boundaries: [5, 2], rates: [1, 2, 3] }), 'boundaries is [5,2]'],
    [() => schedules.piecewise({ boundaries: [5], rates: [1] }), 'rates is [1]; expected one more'],
    [() => schedules.piecewise({ boundaries: [5], rates: [1, -1] }), 'rates is -1'],
    [() => schedules.exponential({ initial: 1, factor: 0.5, period: 0 }), 'period is 0'],
    [() => schedules.inverseTime({ initial: Number.NaN, factor: 0.5, period: 1 }), 'initial is NaN'],
    [() => schedules.polynomial({ initial: 1, period: 1, power: -1 }), 'power is -1'],
    [
      () => schedules.cosine({ initial: 1, period: 1, restarts: { periodFactor: 0.5, heightFactor: 1 } }),
      'restarts.periodFactor is 0.5',
    ],
    [
      () => schedules.warmUp({ period: 1, unit: 'samples', followedBy: schedules.cosine({ initial: 1, period: 1 }) }),
      'followedBy is "a schedule by steps"; expected one by samples',
    ],
    [() => schedules.polynomial({ initial: 1, period: 1, unit: 'epochs' as 'steps' }), 'unit is "epochs"'],
  ])('refuses what it could not evaluate: %s', (make, message) => {
    expect(make).toThrowError(message)
  })
})
