import {
  hostUpdate,
  hyperparameterInput,
  slotEntries,
  type UpdatePlan,
  updateGraph,
  updateInputs,
} from '../apply/index.ts'
import type { Backend, OpenOptions, Replica } from '../backend/backend.ts'
import { type StateLayout, stateEntry, stateLayout } from '../backend/state-layout.ts'
import type { Graph } from '../graph/graph.ts'
import type { Learner } from '../learners/learner.ts'
import { type Feed, makeFeed } from './feed.ts'
import { FeedPool } from './feed-pool.ts'
import {
  batchStatistics,
  diagnosisGraph,
  evaluateGraph,
  gradientsGraph,
  names,
  type Program,
  predictGraph,
} from './program.ts'
import { stepGraph } from './step-graph.ts'
import { type SumsLayout, sumsLayout } from './totals.ts'
import { Turns } from './turns.ts'

/** Values of weights, slots and other entries by their state names. */
export type StateValues = ReadonlyMap<string, Float32Array>

/** The kinds of calls a model makes. */
export type CallKind = 'gradients' | 'accumulate' | 'step' | 'evaluate' | 'predict' | 'diagnosis'

/** The scalars of one update; see `apply`. */
export interface UpdateScalars {
  readonly denominator: number
  readonly sampleCount: number
  readonly hyperparameters: Readonly<Record<string, number>>
}

export interface SessionOptions extends OpenOptions {
  readonly backend: Backend
  readonly learner?: Learner
}

/**
 * A program on a device: the opened replica, its state, and the calls prepared on it. Whatever runs a call, reads or
 * writes the state does so in a turn of `turns`, so that calls of a model made together wait for one another.
 */
export class Session implements AsyncDisposable {
  readonly program: Program
  readonly replica: Replica
  readonly layout: StateLayout
  readonly plan: UpdatePlan | undefined
  /** What calls return in `sums`. */
  readonly sums: SumsLayout
  readonly turns: Turns = new Turns()
  /** Divides, regularises, clips and applies the learner to what the state holds; in a turn. */
  readonly update: (scalars: UpdateScalars) => Promise<void>
  readonly #feeds = new Map<CallKind, FeedPool>()

  private constructor(
    program: Program,
    replica: Replica,
    layout: StateLayout,
    plan: UpdatePlan | undefined,
    update: Session['update'],
  ) {
    this.program = program
    this.replica = replica
    this.layout = layout
    this.plan = plan
    this.sums = sumsLayout(program.objectives)
    this.update = update
  }

  /** Opens a replica and gives its state the values; slots that are not among them begin as the learner says. */
  static async open(program: Program, values: StateValues, options: SessionOptions): Promise<Session> {
    const { backend, learner, ...openOptions } = options
    const plan = learner === undefined ? undefined : updatePlan(program, learner)
    const slots = plan === undefined ? [] : slotEntries(plan)
    const layout = layoutOf(program, plan, slots)
    const initial = new Map(values)
    for (const { name, initial: value } of slots) {
      if (value !== 0 && !initial.has(name))
        initial.set(name, new Float32Array(stateEntry(layout, name).length).fill(value))
    }
    const replica = await backend.open(layout, openOptions)
    try {
      const session = new Session(program, replica, layout, plan, await updater(replica, layout, plan))
      await session.writeState(initial)
      return session
    } catch (error) {
      await replica[Symbol.asyncDispose]()
      throw error
    }
  }

  /** A feed of that kind for that many samples, with `steps` fused runs, for the caller alone; disposing it gives it back. */
  async feed(kind: CallKind, batch: number, steps?: number): Promise<Feed> {
    const pool = this.#feeds.get(kind) ?? new FeedPool()
    this.#feeds.set(kind, pool)
    return pool.take(`${batch} × ${steps ?? 1}`, () => makeFeed(this.replica, this.#graph(kind, batch), steps))
  }

  /** Copies of the entries' values, by name; in a turn. */
  async readState(entries: Iterable<string>): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>()
    for (const name of entries) {
      const { offset, length } = stateEntry(this.layout, name)
      const value = new Float32Array(length)
      await this.replica.read(value, { start: offset, end: offset + length })
      values.set(name, value)
    }
    return values
  }

  /** Overwrites the entries; names that the layout does not have are left out. In a turn. */
  async writeState(values: StateValues): Promise<void> {
    for (const [name, value] of values) {
      const entry = this.layout.entries.get(name)
      if (entry !== undefined)
        await this.replica.write(value, { start: entry.offset, end: entry.offset + entry.length })
    }
  }

  /** Names of all that a checkpoint keeps: weights and slots, not gradients. */
  get persistent(): string[] {
    const slots = this.plan === undefined ? [] : slotEntries(this.plan)
    return [...this.program.network.weights, ...slots].map(({ name }) => name)
  }

  /** Frees the replica when the calls that are under way have ended; everything later rejects with `disposed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.turns.take(async () => {
      for (const pool of this.#feeds.values()) pool[Symbol.dispose]()
      await this.replica[Symbol.asyncDispose]()
    })
  }

  #graph(kind: CallKind, batch: number): Graph {
    const graphs: Readonly<Record<CallKind, () => Graph>> = {
      gradients: () => gradientsGraph(this.program, batch, false),
      accumulate: () => gradientsGraph(this.program, batch, true),
      step: () => stepGraph(this.program, batch, this.plan as UpdatePlan),
      evaluate: () => evaluateGraph(this.program, batch),
      predict: () => predictGraph(this.program, batch),
      diagnosis: () => diagnosisGraph(this.program, batch),
    }
    return graphs[kind]()
  }
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

/** Trained parameters first, then the other weights, slots, gradients, batch statistics: what is exchanged lies together. */
function layoutOf(program: Program, plan: UpdatePlan | undefined, slots: ReturnType<typeof slotEntries>): StateLayout {
  const trained = new Set(plan?.parameters.map(({ name }) => name))
  const weights = program.network.weights.map(({ name, spec }) => [name, spec.shape] as const)
  return stateLayout([
    ...weights.filter(([name]) => trained.has(name)),
    ...weights.filter(([name]) => !trained.has(name)),
    ...slots.map(({ name, shape }) => [name, shape] as const),
    ...(plan?.parameters ?? []).map(({ gradient, shape }) => [gradient, shape] as const),
    ...(plan?.statistics ?? []).map(({ sum, shape }) => [sum, shape] as const),
  ])
}

async function updater(
  replica: Replica,
  layout: StateLayout,
  plan: UpdatePlan | undefined,
): Promise<Session['update']> {
  if (plan === undefined) return async () => undefined
  if (replica.hostState !== undefined) {
    const apply = hostUpdate(replica.hostState, layout, plan)
    return async (scalars) => apply(scalars)
  }
  const feed = await makeFeed(replica, updateGraph(plan))
  return async ({ denominator, sampleCount, hyperparameters }) => {
    writeScalars(feed, updateScalars({ denominator, sampleCount, hyperparameters }))
    await feed.run()
  }
}

/** The scalar inputs of an update graph by their names. */
export function updateScalars({ denominator, sampleCount, hyperparameters }: UpdateScalars): Record<string, number> {
  const named = Object.entries(hyperparameters).map(([name, value]) => [hyperparameterInput(name), value])
  return {
    ...Object.fromEntries(named),
    [updateInputs.denominator]: denominator,
    [updateInputs.sampleCount]: sampleCount,
  }
}

/** Sets scalar inputs of a feed by name, for run number `run`; those that the graph does not have are left out. */
export function writeScalars(feed: Feed, scalars: Readonly<Record<string, number>>, run = 0): void {
  for (const [name, value] of Object.entries(scalars)) {
    const memory = feed.inputs[name]
    if (memory !== undefined) memory[run] = value
  }
}
