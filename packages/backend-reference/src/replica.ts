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
  ReplicaGuard,
  type StateLayout,
  stateEntry,
} from '@lockstep/core'
import { type Host, ReferenceCall } from './call.ts'
import type { Kernels } from './kernels.ts'

/** One copy of the state in host memory, with the calls that work on it. */
export class ReferenceReplica implements Replica, Host {
  readonly device: Device
  readonly hostState: Arena
  readonly #layout: StateLayout
  readonly #kernels: Kernels
  readonly #guard = new ReplicaGuard()

  constructor(layout: StateLayout, device: Device, kernels: Kernels) {
    this.device = device
    this.#layout = layout
    this.#kernels = kernels
    this.hostState = allocateArena(layout.length, { shared: true })
  }

  async prepare(graph: Graph, { steps = 1 }: PrepareOptions = {}): Promise<Call> {
    this.checkAlive()
    checkStates(graph, this.#layout)
    if (!(Number.isInteger(steps) && steps >= 1))
      throw invalidArgument('steps', `steps is ${steps}; expected 1 or more`)
    return new ReferenceCall(graph, this, { steps, kernels: this.#kernels })
  }

  async read(into: Float32Array, range?: Range): Promise<void> {
    into.set(this.#part('into', into, range))
  }

  async write(from: Float32Array, range?: Range): Promise<void> {
    this.#part('from', from, range).set(from)
  }

  view(name: string): Float32Array {
    const { offset, length } = stateEntry(this.#layout, name)
    return this.hostState.floats.subarray(offset, offset + length)
  }

  async exclusive(work: () => void): Promise<void> {
    await this.#guard.exclusive(async () => {
      // Engines compute beside the caller; so must this one, or mistakes in the order of awaits would not show.
      await Promise.resolve()
      work()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#guard.dispose()
  }

  #part(argument: string, memory: Float32Array, range?: Range): Float32Array {
    this.checkAlive()
    const { start, end } = checkRange(argument, this.#layout, memory, range)
    return this.hostState.floats.subarray(start, end)
  }

  checkAlive(): void {
    this.#guard.checkAlive()
  }
}

function invalidArgument(argument: string, message: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, message)
}
