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
import { type Host, ReferenceCall } from './call.ts'
import type { Kernels } from './kernels.ts'

/** One copy of the state in host memory, with the calls that work on it. */
export class ReferenceReplica implements Replica, Host {
  readonly device: Device
  readonly hostState: Arena
  readonly #layout: StateLayout
  readonly #kernels: Kernels
  #busy = false
  #disposed = false

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
    this.checkAlive()
    if (this.#busy) {
      throw new LockstepError(
        'invalid-state',
        { object: 'replica' },
        'run was called during another run on this replica; await that one first',
      )
    }
    this.#busy = true
    try {
      // Engines compute beside the caller; so must this one, or mistakes in the order of awaits would not show.
      await Promise.resolve()
      work()
    } finally {
      this.#busy = false
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
  }

  #part(argument: string, memory: Float32Array, range?: Range): Float32Array {
    this.checkAlive()
    const { start, end } = checkRange(argument, this.#layout, memory, range)
    return this.hostState.floats.subarray(start, end)
  }

  checkAlive(): void {
    if (!this.#disposed) return
    throw new LockstepError('disposed', { object: 'replica' }, 'the replica was disposed; open another')
  }
}

function invalidArgument(argument: string, message: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, message)
}
