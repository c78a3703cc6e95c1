import { type Call, checkBinding, type Graph, type HostTensor, LockstepError, type Tensors } from '@lockstep/core'
import type { Compiled, Port } from './compiled.ts'
import type { Binding, BoundTensor } from './engine/engine.ts'

/** What a call needs of its replica. */
export interface Host {
  /** Awaits `work` when no other run is in progress, otherwise rejects with `invalid-state`. */
  exclusive(work: () => Promise<void>): Promise<void>
  /** The state entry's elements themselves. */
  view(name: string): Float32Array
  /** Is told when a call was disposed. */
  forget(call: Call): void
}

export interface CallOptions {
  readonly graph: Graph
  readonly compiled: Compiled
  readonly steps: number
  readonly host: Host
}

/** New values of state that the same graph reads: a run must not overwrite what it may still read. */
interface Staged {
  readonly from: Float32Array
  readonly to: Float32Array
}

/** A compiled graph on a replica's state. */
export class OnnxCall implements Call {
  readonly #options: CallOptions
  #binding: Binding | undefined
  #staged: readonly Staged[] = []
  #disposed = false
  #running = false

  constructor(options: CallOptions) {
    this.#options = options
  }

  bind(inputs: Tensors, outputs: Tensors): void {
    const { graph, compiled, steps } = this.#options
    this.#checkAlive()
    if (this.#running) throw invalidState('bind was called during a run of this call; await the run first')
    checkBinding(graph, inputs, outputs, steps)
    const staged: Staged[] = []
    const read = compiled.inputs.map((port) => boundTo(port, this.#inputMemory(port, inputs)))
    const written = compiled.outputs.map((port) => boundTo(port, this.#outputMemory(port, outputs, staged)))
    const binding = compiled.session.bind(read, written)
    this.#binding?.release()
    this.#binding = binding
    this.#staged = staged
  }

  async run(): Promise<void> {
    this.#checkAlive()
    const binding = this.#binding
    if (binding === undefined) throw invalidState('run was called before bind; bind inputs and outputs first')
    await this.#options.host.exclusive(async () => {
      this.#running = true
      try {
        await binding.run()
        for (const { from, to } of this.#staged) to.set(from)
      } finally {
        this.#running = false
        if (this.#disposed) this.#release()
      }
    })
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    if (!this.#running) this.#release()
    this.#options.host.forget(this)
  }

  #release(): void {
    this.#binding?.release()
    this.#binding = undefined
  }

  #inputMemory({ kind, label }: Port, inputs: Tensors): HostTensor {
    return kind === 'state' ? this.#options.host.view(label) : (inputs[label] as HostTensor)
  }

  #outputMemory({ kind, label }: Port, outputs: Tensors, staged: Staged[]): HostTensor {
    if (kind === 'output') return outputs[label] as HostTensor
    const to = this.#options.host.view(label)
    const isRead = this.#options.compiled.inputs.some((port) => port.kind === 'state' && port.label === label)
    if (!isRead) return to
    const from = new Float32Array(to.length)
    staged.push({ from, to })
    return from
  }

  #checkAlive(): void {
    if (!this.#disposed) return
    throw new LockstepError('disposed', { object: 'call' }, 'the call was disposed; prepare the graph again')
  }
}

function boundTo({ name, dtype, shape }: Port, memory: HostTensor): BoundTensor {
  return { name, dtype, shape, memory }
}

function invalidState(message: string): LockstepError<'invalid-state'> {
  return new LockstepError('invalid-state', { object: 'call' }, message)
}
