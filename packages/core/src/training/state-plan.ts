import { type SlotEntry, slotEntries, type UpdatePlan } from '../apply/index.ts'
import { type Range, type StateLayout, stateEntry, stateLayout } from '../backend/state-layout.ts'
import type { Learner } from '../learners/learner.ts'
import { batchStatistics, names, type Program } from './program.ts'

/** What a model's state holds and what an update does to it. */
export interface StatePlan {
  readonly layout: StateLayout
  /** None without a learner. */
  readonly update: UpdatePlan | undefined
  /** What the learner keeps. */
  readonly slots: readonly SlotEntry[]
  /** Where sums of gradients and of batch statistics lie, up to the state's end; before it lies all that is kept. */
  readonly exchanged: Range
}

/** Trained parameters come first, then other weights, slots, gradients, batch statistics: what is exchanged lies together. */
export function statePlan(program: Program, learner: Learner | undefined): StatePlan {
  const update = learner === undefined ? undefined : updatePlan(program, learner)
  const slots = update === undefined ? [] : slotEntries(update)
  const trained = new Set(update?.parameters.map(({ name }) => name))
  const weights = program.network.weights.map(({ name, spec }) => [name, spec.shape] as const)
  const layout = stateLayout([
    ...weights.filter(([name]) => trained.has(name)),
    ...weights.filter(([name]) => !trained.has(name)),
    ...slots.map(({ name, shape }) => [name, shape] as const),
    ...(update?.parameters ?? []).map(({ gradient, shape }) => [gradient, shape] as const),
    ...(update?.statistics ?? []).map(({ sum, shape }) => [sum, shape] as const),
  ])
  const [first] = [
    ...(update?.parameters ?? []).map(({ gradient }) => gradient),
    ...(update?.statistics ?? []).map(({ sum }) => sum),
  ]
  const start = first === undefined ? layout.length : stateEntry(layout, first).offset
  return { layout, update, slots, exchanged: { start, end: layout.length } }
}

function updatePlan(program: Program, learner: Learner): UpdatePlan {
  const parameters = program.trained.map(({ name, spec }) => ({
    name,
    shape: spec.shape,
    gradient: names.gradient(name),
    ...(spec.regularizer === undefined ? {} : { regularizer: spec.regularizer }),
  }))
  const statistics = batchStatistics(program).map(({ weight, value, momentum }) => ({
    weight,
    shape: value.shape,
    sum: names.statistic(weight),
    momentum,
  }))
  return { learner, parameters, statistics }
}
