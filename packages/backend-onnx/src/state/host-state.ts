import {
  type Arena,
  allocateArena,
  type Graph,
  type HostTensor,
  type Range,
  type StateLayout,
  stateEntry,
  type Tensors,
} from '@lockstep/core'
import { type Compiled, compile, type Port } from '../compiled.ts'
import type { Binding, BoundTensor, Engine, Session, SessionOptions } from '../engine/engine.ts'
import type { LoweringOptions } from '../lowering/lowering.ts'
import type { SessionCache } from '../session-cache.ts'
import type { Prepared, ReplicaState } from './replica-state.ts'

export interface HostStateOptions {
  readonly layout: StateLayout
  readonly engine: Engine
  readonly sessions: SessionCache<Session>
  readonly lowering: LoweringOptions
  readonly session: SessionOptions
}

/** New values of state that the same graph reads: a run must not overwrite what it may still read. */
interface Staged {
  readonly from: Float32Array
  readonly to: Float32Array
}

/** State in host memory, where ONNX Runtime reads and writes it in place. */
export class HostState implements ReplicaState {
  readonly arena: Arena
  readonly #options: HostStateOptions

  constructor(options: HostStateOptions) {
    this.#options = options
    this.arena = allocateArena(options.layout.length, { shared: options.engine.sharedMemory })
  }

  async prepare(graph: Graph, steps: number): Promise<Prepared> {
    const { engine, sessions, lowering, session } = this.#options
    const key = `${graph.hash} ${JSON.stringify({ steps, lowering, session })}`
    const load = (model: Uint8Array): Promise<Session> => engine.load(model, session)
    const compiled = await sessions.acquire(key, () => compile(load, graph, { steps, lowering }))
    return {
      attach: (inputs, outputs) => this.#attach(compiled, inputs, outputs),
      release: () => sessions.release(key),
    }
  }

  async read(into: Float32Array, { start, end }: Range): Promise<void> {
    into.set(this.arena.floats.subarray(start, end))
  }

  async write(from: Float32Array, { start }: Range): Promise<void> {
    this.arena.floats.set(from, start)
  }

  async release(): Promise<void> {}

  #attach({ session, inputs, outputs }: Compiled<Session>, fed: Tensors, results: Tensors): Binding {
    const staged: Staged[] = []
    const source = ({ kind, label }: Port): HostTensor =>
      kind === 'state' ? this.#view(label) : (fed[label] as HostTensor)
    const target = ({ kind, label, rewrites }: Port): HostTensor => {
      if (kind === 'output') return results[label] as HostTensor
      const to = this.#view(label)
      if (!rewrites) return to
      const from = new Float32Array(to.length)
      staged.push({ from, to })
      return from
    }
    const read = inputs.map((port) => boundTo(port, source(port)))
    const written = outputs.map((port) => boundTo(port, target(port)))
    return withCopies(session.bind(read, written), staged)
  }

  #view(name: string): Float32Array {
    const { offset, length } = stateEntry(this.#options.layout, name)
    return this.arena.floats.subarray(offset, offset + length)
  }
}

function withCopies(binding: Binding, staged: readonly Staged[]): Binding {
  return {
    run: async () => {
      await binding.run()
      for (const { from, to } of staged) to.set(from)
    },
    release: () => binding.release(),
  }
}

function boundTo({ name, dtype, shape }: Port, memory: HostTensor): BoundTensor {
  return { name, dtype, shape, memory }
}
