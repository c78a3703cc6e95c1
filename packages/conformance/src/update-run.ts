import {
  type Learner,
  type Shape,
  type StateLayout,
  slotEntries,
  stateEntry,
  stateLayout,
  type UpdatePlan,
  type UpdateProgress,
  type UpdateScalars,
} from '@lockstep/core'
import type { UpdateSession, UpdateSubject } from './update-subject.ts'

/** Values by state entry. */
export type StateValues = Readonly<Record<string, readonly number[]>>

/** The plan for vectors with these first values, named as the keys are, without regularisers or statistics. */
export function vectorPlan(learner: Learner, start: StateValues): UpdatePlan {
  const parameters = Object.entries(start).map(([name, { length }]) => ({
    name,
    shape: [length],
    gradient: `gradient/${name}`,
  }))
  return { learner, parameters, statistics: [] }
}

/** A layout of everything that a plan reads and writes. */
export function planLayout(plan: UpdatePlan): StateLayout {
  const tensors: (readonly [string, Shape])[] = [
    ...plan.parameters.map(({ name, shape }) => [name, shape] as const),
    ...plan.statistics.map(({ weight, shape }) => [weight, shape] as const),
    ...slotEntries(plan).map(({ name, shape }) => [name, shape] as const),
    ...plan.parameters.map(({ gradient, shape }) => [gradient, shape] as const),
    ...plan.statistics.map(({ sum, shape }) => [sum, shape] as const),
  ]
  return stateLayout(tensors)
}

/** The state before the first update: the given values, slots as their learner says, zeros. */
export function firstState(plan: UpdatePlan, layout: StateLayout, values: StateValues): Float32Array {
  const state = new Float32Array(layout.length)
  for (const { name, initial } of slotEntries(plan)) {
    const { offset, length } = stateEntry(layout, name)
    state.fill(initial, offset, offset + length)
  }
  return withValues(state, layout, values)
}

/** Overwrites entries of `state`, and returns it. */
export function withValues(state: Float32Array, layout: StateLayout, values: StateValues): Float32Array {
  for (const [name, value] of Object.entries(values)) state.set(value, stateEntry(layout, name).offset)
  return state
}

export function entryValue(state: Float32Array, layout: StateLayout, name: string): Float32Array {
  const { offset, length } = stateEntry(layout, name)
  return state.slice(offset, offset + length)
}

/** The scalars of an update whose gradients are means already. */
export function scalarsOf(learner: Learner, progress: UpdateProgress): UpdateScalars {
  const { step, batchSamples } = progress
  return { denominator: 1, sampleCount: batchSamples, step, hyperparameters: learner.hyperparameters(progress) }
}

/** A plan in the hands of a subject. */
export class UpdateRun implements AsyncDisposable {
  readonly plan: UpdatePlan
  readonly layout: StateLayout
  readonly #session: UpdateSession

  private constructor(plan: UpdatePlan, layout: StateLayout, session: UpdateSession) {
    this.plan = plan
    this.layout = layout
    this.#session = session
  }

  static async open(subject: UpdateSubject, plan: UpdatePlan, values: StateValues): Promise<UpdateRun> {
    const layout = planLayout(plan)
    const session = await subject.open(plan, layout)
    await session.write(firstState(plan, layout, values))
    return new UpdateRun(plan, layout, session)
  }

  /** Sets the entries (gradients, batch sums) and updates once. */
  async update(values: StateValues, scalars: UpdateScalars): Promise<void> {
    await this.#session.write(withValues(await this.#session.read(), this.layout, values))
    await this.#session.update(scalars)
  }

  /** Overwrites all that an earlier `state` returned. */
  async restore(state: Float32Array): Promise<void> {
    await this.#session.write(state)
  }

  async state(): Promise<Float32Array> {
    return this.#session.read()
  }

  async value(name: string): Promise<Float32Array> {
    return entryValue(await this.#session.read(), this.layout, name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]()
  }
}
