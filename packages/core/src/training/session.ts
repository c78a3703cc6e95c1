import type { UpdatePlan } from '../apply/index.ts'
import type { Backend, OpenOptions, Replica } from '../backend/backend.ts'
import { stateEntry } from '../backend/state-layout.ts'
import type { Graph } from '../graph/graph.ts'
import { sizeOf } from '../graph/node.ts'
import type { Learner } from '../learners/learner.ts'
import { type Feed, makeFeed } from './feed.ts'
import { FeedPool } from './feed-pool.ts'
import { diagnosisGraph, evaluateGraph, gradientsGraph, type Program, predictGraph } from './program.ts'
import { type StatePlan, statePlan } from './state-plan.ts'
import { stepGraph } from './step-graph.ts'
import { type SumsLayout, sumsLayout } from './totals.ts'
import { Turns } from './turns.ts'
import { type Updater, updater } from './updater.ts'

/** Values of weights, slots and other entries by their state names. */
export type StateValues = ReadonlyMap<string, Float32Array>

/** The kinds of calls a model makes. */
export type CallKind = 'gradients' | 'accumulate' | 'step' | 'evaluate' | 'predict' | 'diagnosis'

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
  readonly plan: StatePlan
  /** What calls return in `sums`. */
  readonly sums: SumsLayout
  readonly turns: Turns = new Turns()
  /** Divides, regularises, clips and applies the learner to what the state holds; in a turn. */
  readonly update: Updater
  readonly #feeds = new Map<CallKind, FeedPool>()

  private constructor(program: Program, replica: Replica, plan: StatePlan, update: Updater) {
    this.program = program
    this.replica = replica
    this.plan = plan
    this.sums = sumsLayout(program.objectives)
    this.update = update
  }

  /** Opens a replica and gives its state the values; slots that are not among them begin as the learner says. */
  static async open(program: Program, values: StateValues, options: SessionOptions): Promise<Session> {
    const { backend, learner, ...openOptions } = options
    const plan = statePlan(program, learner)
    const replica = await backend.open(plan.layout, openOptions)
    try {
      const session = new Session(program, replica, plan, await updater(replica, plan, openOptions.threads))
      await session.writeState(withInitialSlots(values, plan))
      return session
    } catch (error) {
      await replica[Symbol.asyncDispose]()
      throw error
    }
  }

  /** A feed for that many samples, with `steps` fused runs, for the caller alone; disposing it gives it back. */
  async feed(kind: CallKind, batch: number, steps?: number): Promise<Feed> {
    const pool = this.#feeds.get(kind) ?? new FeedPool()
    this.#feeds.set(kind, pool)
    return pool.take(`${batch} × ${steps ?? 1}`, () => makeFeed(this.replica, this.#graph(kind, batch), steps))
  }

  /** Copies of the entries' values, by name; in a turn. */
  async readState(entries: Iterable<string>): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>()
    for (const name of entries) {
      const { offset, length } = stateEntry(this.plan.layout, name)
      const value = new Float32Array(length)
      await this.replica.read(value, { start: offset, end: offset + length })
      values.set(name, value)
    }
    return values
  }

  /** Overwrites the entries; names that the layout does not have are left out. In a turn. */
  async writeState(values: StateValues): Promise<void> {
    for (const [name, value] of values) {
      const entry = this.plan.layout.entries.get(name)
      if (entry !== undefined)
        await this.replica.write(value, { start: entry.offset, end: entry.offset + entry.length })
    }
  }

  /** Names of all that a checkpoint keeps: weights and slots, not gradients. */
  get persistent(): string[] {
    return [...this.program.network.weights, ...this.plan.slots].map(({ name }) => name)
  }

  /** Frees the replica when the calls that are under way have ended; everything later rejects with `disposed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.turns.take(async () => {
      for (const pool of this.#feeds.values()) pool[Symbol.dispose]()
      this.update[Symbol.dispose]()
      await this.replica[Symbol.asyncDispose]()
    })
  }

  #graph(kind: CallKind, batch: number): Graph {
    const graphs: Readonly<Record<CallKind, () => Graph>> = {
      gradients: () => gradientsGraph(this.program, batch, false),
      accumulate: () => gradientsGraph(this.program, batch, true),
      step: () => stepGraph(this.program, batch, this.plan.update as UpdatePlan),
      evaluate: () => evaluateGraph(this.program, batch),
      predict: () => predictGraph(this.program, batch),
      diagnosis: () => diagnosisGraph(this.program, batch),
    }
    return graphs[kind]()
  }
}

function withInitialSlots(values: StateValues, { slots }: StatePlan): StateValues {
  const missing = slots.filter(({ name, initial }) => initial !== 0 && !values.has(name))
  return new Map([
    ...values,
    ...missing.map(({ name, shape, initial }) => [name, new Float32Array(sizeOf(shape)).fill(initial)] as const),
  ])
}
