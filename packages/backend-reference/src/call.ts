import { type Call, checkBinding, type Graph, type HostTensor, LockstepError, type Tensors } from '@lockstep/core'
import { evaluate } from './evaluate.ts'
import type { Kernels } from './kernels.ts'

/** What a call needs of its replica. */
export interface Host {
  /** Runs `work` when no other run is in progress, otherwise rejects with `invalid-state`. */
  exclusive(work: () => void): Promise<void>
  /** Throws `disposed` after the replica's disposal. */
  checkAlive(): void
  /** The state entry's elements themselves. */
  view(name: string): Float32Array
}

interface Binding {
  readonly inputs: Tensors
  readonly outputs: Tensors
}

/** A graph on a replica's state. */
export class ReferenceCall implements Call {
  readonly #graph: Graph
  readonly #host: Host
  readonly #steps: number
  readonly #kernels: Kernels
  #binding: Binding | undefined
  #disposed = false
  #running = false

  constructor(graph: Graph, host: Host, { steps, kernels }: { readonly steps: number; readonly kernels: Kernels }) {
    this.#graph = graph
    this.#host = host
    this.#steps = steps
    this.#kernels = kernels
  }

  bind(inputs: Tensors, outputs: Tensors): void {
    this.#checkAlive()
    if (this.#running) throw invalidState('bind was called during a run of this call; await the run first')
    checkBinding(this.#graph, inputs, outputs, this.#steps)
    this.#binding = { inputs: { ...inputs }, outputs: { ...outputs } }
  }

  async run(): Promise<void> {
    this.#checkAlive()
    const binding = this.#binding
    if (this.#running) throw invalidState('run was called during a run of this call; await that one first')
    if (binding === undefined) throw invalidState('run was called before bind; bind inputs and outputs first')
    this.#running = true
    try {
      await this.#host.exclusive(() => {
        for (let step = 0; step < this.#steps; step++) this.#step(binding, step)
      })
    } finally {
      this.#running = false
    }
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    this.#binding = undefined
  }

  #step({ inputs, outputs }: Binding, step: number): void {
    const part = <T extends Tensors[string]>(tensor: T): T => {
      const length = tensor.length / this.#steps
      return tensor.subarray(step * length, (step + 1) * length) as T
    }
    const fed = Object.entries(inputs).map(([name, tensor]) => [name, part(tensor)])
    const states = this.#graph.states.map(({ attributes: { name } }) => [name, this.#host.view(name)])
    const results = evaluate(
      this.#graph,
      { inputs: Object.fromEntries(fed), states: Object.fromEntries(states) },
      this.#kernels,
    )
    for (const [name, values] of results.outputs) part(outputs[name] as HostTensor).set(values)
    for (const [name, values] of results.updates) this.#host.view(name).set(values)
  }

  #checkAlive(): void {
    this.#host.checkAlive()
    if (!this.#disposed) return
    throw new LockstepError('disposed', { object: 'call' }, 'the call was disposed; prepare the graph again')
  }
}

function invalidState(message: string): LockstepError<'invalid-state'> {
  return new LockstepError('invalid-state', { object: 'call' }, message)
}
