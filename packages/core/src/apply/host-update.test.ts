import { describe, expect, it } from 'vitest'
import { type Arena, allocateArena } from '../backend/arena.ts'
import { type StateLayout, stateEntry, stateLayout } from '../backend/state-layout.ts'
import { exp, mul, neg, sub } from '../graph/ops.ts'
import { defineLearner } from '../learners/define-learner.ts'
import type { Learner } from '../learners/learner.ts'
import { sgd } from '../learners/sgd.ts'
import { hostUpdate } from './host-update.ts'
import type { UpdateScalars } from './update-jobs.ts'
import { slotEntries, type UpdatePlan } from './update-plan.ts'

const scalars: UpdateScalars = { denominator: 2, sampleCount: 2, step: 0, hyperparameters: { learningRate: 0.5 } }

function planOf(learner: Learner): UpdatePlan {
  return { learner, parameters: [{ name: 'w', shape: [5], gradient: 'gradient/w' }], statistics: [] }
}

/** An arena with a parameter of ones and gradient sums of 0.5. */
function trained(plan: UpdatePlan): { arena: Arena; layout: StateLayout; values(name: string): number[] } {
  const slots = slotEntries(plan).map(({ name, shape }) => [name, shape] as const)
  const layout = stateLayout([['w', [5]], ...slots, ['gradient/w', [5]]])
  const arena = allocateArena(layout.length)
  for (const [name, value] of [
    ['w', 1],
    ['gradient/w', 0.5],
  ] as const) {
    const { offset, length } = stateEntry(layout, name)
    arena.floats.fill(value, offset, offset + length)
  }
  const values = (name: string): number[] => {
    const { offset, length } = stateEntry(layout, name)
    return [...arena.floats.subarray(offset, offset + length)]
  }
  return { arena, layout, values }
}

describe('hostUpdate', () => {
  it('updates in place and leaves gradients as they were', () => {
    const plan = planOf(sgd())
    const { arena, layout, values } = trained(plan)
    hostUpdate(arena, layout, plan)(scalars)
    expect(values('w')).toEqual([0.875, 0.875, 0.875, 0.875, 0.875])
    expect(values('gradient/w')).toEqual([0.5, 0.5, 0.5, 0.5, 0.5])
  })

  it('runs a learner of your own that needs exp', () => {
    const learner = defineLearner({
      name: 'mine',
      options: {},
      defaultLearningRate: 0.5,
      rule: ({ parameter, gradient, hyperparameter }) => ({
        parameter: sub(parameter, mul(hyperparameter('learningRate'), exp(neg(gradient)))),
        slots: {},
      }),
    })
    const plan = planOf(learner)
    const { arena, layout, values } = trained(plan)
    hostUpdate(arena, layout, plan)(scalars)
    for (const value of values('w')) expect(value).toBeCloseTo(1 - 0.5 * Math.exp(-0.25), 6)
  })

  it('clips by the common norm of all parameters', () => {
    const plan = planOf(sgd({ clipNorm: 0.25 * Math.sqrt(5) * 0.5 }))
    const { arena, layout, values } = trained(plan)
    hostUpdate(arena, layout, plan)(scalars)
    for (const value of values('w')) expect(value).toBeCloseTo(1 - 0.5 * 0.125, 7)
  })

  it.each([true, false])('makes subnormal slots zero at every sixteenth update, with simd %s', (simd) => {
    const plan = planOf(sgd({ momentum: 0.5 }))
    const { arena, layout, values } = trained(plan)
    const update = hostUpdate(arena, layout, plan, { simd })
    const [tiny, small] = [2 ** -130, 2 ** -100]
    arena.floats.set([tiny, -tiny, small, -small, Number.NaN], stateEntry(layout, 'slot/velocity/w').offset)
    arena.floats.fill(0, stateEntry(layout, 'gradient/w').offset)
    arena.floats.fill(tiny, 0, 5)
    update({ ...scalars, step: 15 })
    expect(values('slot/velocity/w')).toEqual([tiny / 2, -tiny / 2, small / 2, -small / 2, Number.NaN])
    update({ ...scalars, step: 16 })
    expect(values('slot/velocity/w')).toEqual([0, 0, small / 4, -small / 4, Number.NaN])
    expect(values('w').slice(0, 2)).toEqual([tiny * 1.5, tiny / 2])
  })

  it.each([0, -1, Number.NaN])('refuses the denominator %d', (denominator) => {
    const plan = planOf(sgd())
    const { arena, layout, values } = trained(plan)
    const update = hostUpdate(arena, layout, plan)
    expect(() => update({ ...scalars, denominator })).toThrowError(`the update got denominator ${denominator}`)
    expect(values('w')).toEqual([1, 1, 1, 1, 1])
  })

  it('refuses to go without a hyperparameter', () => {
    const plan = planOf(sgd())
    const { arena, layout } = trained(plan)
    const update = hostUpdate(arena, layout, plan)
    expect(() => update({ ...scalars, hyperparameters: {} })).toThrowError(
      "needs the scalar 'hyperparameter/learningRate'",
    )
  })

  it('names the entry that a layout lacks', () => {
    const plan = planOf(sgd({ momentum: 0.9 }))
    const { arena } = trained(plan)
    const layout = stateLayout([
      ['w', [5]],
      ['gradient/w', [5]],
    ])
    expect(() => hostUpdate(arena, layout, plan)).toThrowError('there is no state entry "slot/velocity/w"')
  })
})
