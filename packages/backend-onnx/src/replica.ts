import {
  type Arena,
  type Call,
  checkRange,
  checkStates,
  type Device,
  type Graph,
  LockstepError,
  type PrepareOptions,
  type Range,
  type Replica,
  ReplicaGuard,
  type StateLayout,
} from '@lockstep/core'
import { type Host, OnnxCall } from './call.ts'
import type { BusTraffic } from './engine/bus-meter.ts'
import type { Prepared, ReplicaState } from './state/replica-state.ts'

export interface ReplicaOptions {
  readonly layout: StateLayout
  readonly device: Device
  /** Which the replica takes over. */
  readonly state: ReplicaState
}

/** One copy of the state, and the calls that work on it. */
export class OnnxReplica implements Replica, Host {
  readonly device: Device
  readonly hostState?: Arena
  readonly #options: ReplicaOptions
  readonly #calls = new Set<Call>()
  readonly #prepared: Prepared[] = []
  /** What must have ended before the state goes. */
  readonly #pending = new Set<Promise<unknown>>()
  readonly #guard = new ReplicaGuard()
  #disposal: Promise<void> | undefined

  constructor(options: ReplicaOptions) {
    this.#options = options
    this.device = options.device
    const { arena } = options.state
    if (arena !== undefined) this.hostState = arena
  }

  async prepare(graph: Graph, { steps = 1 }: PrepareOptions = {}): Promise<Call> {
    this.#guard.checkAlive()
    checkStates(graph, this.#options.layout)
    if (!(Number.isInteger(steps) && steps >= 1)) {
      throw invalidArgument('steps', `prepare: steps is ${steps}; expected 1 or more`)
    }
    const prepared = await this.#pend(this.#options.state.prepare(graph, steps))
    this.#prepared.push(prepared)
    if (this.#guard.disposed) await this.#giveBack()
    this.#guard.checkAlive()
    const call = new OnnxCall({ graph, prepared, steps, host: this })
    this.#calls.add(call)
    return call
  }

  async read(into: Float32Array, range?: Range): Promise<void> {
    await this.#pend(this.#options.state.read(into, this.#checked('read', into, range)))
  }

  async write(from: Float32Array, range?: Range): Promise<void> {
    await this.#pend(this.#options.state.write(from, this.#checked('write', from, range)))
  }

  /** What crossed the bus, where the state lies beyond one. */
  get traffic(): BusTraffic | undefined {
    return this.#options.state.traffic
  }

  forget(call: Call): void {
    this.#calls.delete(call)
  }

  exclusive(work: () => Promise<void>): Promise<void> {
    return this.#guard.exclusive(work)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#guard.dispose()
    this.#disposal ??= this.#end()
    await this.#disposal
  }

  async #end(): Promise<void> {
    // Whoever called them hears of their failures.
    await Promise.allSettled([this.#guard.running, ...this.#pending])
    for (const call of [...this.#calls]) call[Symbol.dispose]()
    await this.#giveBack()
    await this.#options.state.release()
  }

  async #giveBack(): Promise<void> {
    for (const prepared of this.#prepared.splice(0)) await prepared.release()
  }

  async #pend<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work)
    try {
      return await work
    } finally {
      this.#pending.delete(work)
    }
  }

  #checked(argument: string, memory: Float32Array, range?: Range): Range {
    this.#guard.checkAlive()
    return checkRange(argument, this.#options.layout, memory, range)
  }
}

function invalidArgument(argument: string, message: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, message)
}
