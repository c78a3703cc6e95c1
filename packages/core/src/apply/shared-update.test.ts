import { afterAll, describe, expect, it } from 'vitest'
import { type Arena, allocateArena } from '../backend/arena.ts'
import { type StateLayout, stateLayout } from '../backend/state-layout.ts'
import { exp, sub } from '../graph/ops.ts'
import { defineLearner } from '../learners/define-learner.ts'
import type { Learner } from '../learners/learner.ts'
import { rmsprop } from '../learners/rmsprop.ts'
import { updateHelpers } from '../node/update-helpers.ts'
import { hostUpdate } from './host-update.ts'
import { type SharedUpdate, sharedUpdate } from './shared-update.ts'
import type { StartHelpers } from './shared-work.ts'
import { slotEntries, type UpdatePlan } from './update-plan.ts'

// Lengths that leave a rest of vectors, of pieces, and one below a vector.
const lengths = [70_001, 8192, 3]
const begun: SharedUpdate[] = []
const none: StartHelpers = () => ({ [Symbol.dispose]: () => undefined })

afterAll(() => {
  for (const update of begun) update[Symbol.dispose]()
})

function planOf(learner: Learner): UpdatePlan {
  const parameters = lengths.map((length, index) => {
    return { name: `w${index}`, shape: [length], gradient: `gradient/w${index}` }
  })
  return { learner, parameters, statistics: [] }
}

function filled(plan: UpdatePlan, shared: boolean): { arena: Arena; layout: StateLayout } {
  const layout = stateLayout([
    ...plan.parameters.flatMap(({ name, gradient, shape }) => [[name, shape] as const, [gradient, shape] as const]),
    ...slotEntries(plan).map(({ name, shape }) => [name, shape] as const),
  ])
  const arena = allocateArena(layout.length, { shared })
  for (const { offset, length } of layout.entries.values())
    for (let index = 0; index < length; index++) arena.floats[offset + index] = Math.sin(offset + index) ** 2
  return { arena, layout }
}

const scalarsOf = (learner: Learner, step: number) => ({
  denominator: 8,
  sampleCount: 8,
  step,
  hyperparameters: learner.hyperparameters({ step, samples: 8 * step, batchSamples: 8 }),
})

function share(learner: Learner, start: StartHelpers): { arena: Arena; update: SharedUpdate | undefined } {
  const plan = planOf(learner)
  const { arena, layout } = filled(plan, true)
  const update = sharedUpdate(arena, layout, plan, start)
  if (update !== undefined) begun.push(update)
  return { arena, update }
}

describe('a shared update', () => {
  it.each([
    ['by itself', none],
    ['with a helper', updateHelpers(2)],
    ['with as many helpers as there are', updateHelpers(undefined)],
  ])('%s leaves the bits of an update on one thread, step after step', async (_, start) => {
    const learner = rmsprop({ clipNorm: 3 })
    const { arena, update } = share(learner, start ?? none)
    const plan = planOf(learner)
    const alone = filled(plan, false)
    const apply = hostUpdate(alone.arena, alone.layout, plan)
    for (let step = 0; step < 50; step++) {
      const finish = update?.begin(scalarsOf(learner, step))
      // Sometimes helpers have the time to do all of it, sometimes none.
      if (step % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
      finish?.()
      apply(scalarsOf(learner, step))
    }
    for (const { offset, length } of alone.layout.entries.values())
      expect(arena.floats.subarray(offset, offset + length)).toEqual(
        alone.arena.floats.subarray(offset, offset + length),
      )
  })

  it('is done by helpers while the caller does something else', async () => {
    const start = updateHelpers(2)
    if (start === undefined) return expect(updateHelpers(1)).toBeUndefined()
    const learner = rmsprop()
    const { arena, update } = share(learner, start)
    const plan = planOf(learner)
    const alone = filled(plan, false)
    hostUpdate(alone.arena, alone.layout, plan)(scalarsOf(learner, 0))
    const finish = update?.begin(scalarsOf(learner, 0))
    const first = (floats: Float32Array): Float32Array => floats.subarray(0, lengths[0])
    await expect.poll(() => first(arena.floats), { timeout: 60_000 }).toEqual(first(alone.arena.floats))
    finish?.()
  })

  it('is not offered for memory of one thread, for few parameters, nor for operations that WebAssembly lacks', () => {
    const plan = planOf(rmsprop())
    const { arena, layout } = filled(plan, false)
    expect(sharedUpdate(arena, layout, plan, none)).toBeUndefined()
    const few: UpdatePlan = { ...plan, parameters: plan.parameters.slice(1) }
    const shared = filled(plan, true)
    expect(sharedUpdate(shared.arena, shared.layout, few, none)).toBeUndefined()
    const learner = defineLearner({
      name: 'mine',
      options: {},
      defaultLearningRate: 1,
      rule: ({ parameter, gradient }) => ({ parameter: sub(parameter, exp(gradient)), slots: {} }),
    })
    expect(share(learner, none).update).toBeUndefined()
  })

  it('needs another thread than the caller', () => {
    expect(updateHelpers(1)).toBeUndefined()
  })
})
