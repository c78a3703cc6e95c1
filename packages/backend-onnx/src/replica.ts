import {
  type Arena,
  allocateArena,
  type Call,
  checkRange,
  checkStates,
  type Device,
  type Graph,
  LockstepError,
  type PrepareOptions,
  type Range,
  type Replica,
  type StateLayout,
  stateEntry,
} from '@lockstep/core'
import { type Host, OnnxCall } from './call.ts'
import { type CompileOptions, compile } from './compiled.ts'
import type { Engine } from './engine/engine.ts'
import type { SessionCache } from './session-cache.ts'

export interface ReplicaOptions {
  readonly layout: StateLayout
  readonly device: Device
  readonly engine: Engine
  readonly sessions: SessionCache
  readonly compile: Omit<CompileOptions, 'steps'>
}

/** One copy of the state in host memory, where ONNX Runtime reads and writes it in place. */
export class OnnxReplica implements Replica, Host {
  readonly device: Device
  readonly hostState: Arena
  readonly #options: ReplicaOptions
  readonly #calls = new Set<Call>()
  /** What was taken from the cache, as often as it was taken. */
  readonly #taken: string[] = []
  #running: Promise<void> | undefined
  #disposed = false

  constructor(options: ReplicaOptions) {
    this.#options = options
    this.device = options.device
    this.hostState = allocateArena(options.layout.length, { shared: options.engine.sharedMemory })
  }

  get busy(): boolean {
    return this.#running !== undefined
  }

  async prepare(graph: Graph, { steps = 1 }: PrepareOptions = {}): Promise<Call> {
    this.#checkAlive()
    checkStates(graph, this.#options.layout)
    if (!(Number.isInteger(steps) && steps >= 1)) {
      throw invalidArgument('steps', `prepare: steps is ${steps}; expected 1 or more`)
    }
    const { engine, sessions } = this.#options
    const options = { ...this.#options.compile, steps }
    const key = `${graph.hash} ${JSON.stringify(options)}`
    const compiled = await sessions.acquire(key, () => compile(engine, graph, options))
    this.#taken.push(key)
    if (this.#disposed) await this.#giveBack()
    this.#checkAlive()
    const call = new OnnxCall({ graph, compiled, steps, host: this })
    this.#calls.add(call)
    return call
  }

  async read(into: Float32Array, range?: Range): Promise<void> {
    into.set(this.#part('read', into, range))
  }

  async write(from: Float32Array, range?: Range): Promise<void> {
    this.#part('write', from, range).set(from)
  }

  view(name: string): Float32Array {
    const { offset, length } = stateEntry(this.#options.layout, name)
    return this.hostState.floats.subarray(offset, offset + length)
  }

  forget(call: Call): void {
    this.#calls.delete(call)
  }

  async exclusive(work: () => Promise<void>): Promise<void> {
    this.#checkAlive()
    if (this.busy) {
      throw new LockstepError(
        'invalid-state',
        { object: 'replica' },
        'run was called during another run on this replica; await that one first',
      )
    }
    this.#running = work()
    try {
      await this.#running
    } finally {
      this.#running = undefined
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    // Whoever called it hears of its failure.
    await this.#running?.catch(() => undefined)
    for (const call of [...this.#calls]) call[Symbol.dispose]()
    await this.#giveBack()
  }

  async #giveBack(): Promise<void> {
    for (const key of this.#taken.splice(0)) await this.#options.sessions.release(key)
  }

  #part(argument: string, memory: Float32Array, range?: Range): Float32Array {
    this.#checkAlive()
    const { start, end } = checkRange(argument, this.#options.layout, memory, range)
    return this.hostState.floats.subarray(start, end)
  }

  #checkAlive(): void {
    if (!this.#disposed) return
    throw new LockstepError('disposed', { object: 'replica' }, 'the replica was disposed; open another')
  }
}

function invalidArgument(argument: string, message: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, message)
}
