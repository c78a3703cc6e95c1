import { type Call, checkBinding, type Graph, LockstepError, type Tensors } from '@lockstep/core'
import type { Binding } from './engine/engine.ts'
import type { Prepared } from './state/replica-state.ts'

/** What a call needs of its replica. */
export interface Host {
  /** Awaits `work` when no other run is in progress, otherwise rejects with `invalid-state`. */
  exclusive(work: () => Promise<void>): Promise<void>
  /** Is told when a call was disposed. */
  forget(call: Call): void
}

export interface CallOptions {
  readonly graph: Graph
  readonly prepared: Prepared
  readonly steps: number
  readonly host: Host
}

/** A compiled graph on a replica's state. */
export class OnnxCall implements Call {
  readonly #options: CallOptions
  #binding: Binding | undefined
  #disposed = false
  #running = false

  constructor(options: CallOptions) {
    this.#options = options
  }

  bind(inputs: Tensors, outputs: Tensors): void {
    const { graph, prepared, steps } = this.#options
    this.#checkAlive()
    if (this.#running) throw invalidState('bind was called during a run of this call; await the run first')
    checkBinding(graph, inputs, outputs, steps)
    const binding = prepared.attach(inputs, outputs)
    this.#binding?.release()
    this.#binding = binding
  }

  async run(): Promise<void> {
    this.#checkAlive()
    const binding = this.#binding
    if (binding === undefined) throw invalidState('run was called before bind; bind inputs and outputs first')
    await this.#options.host.exclusive(async () => {
      this.#running = true
      try {
        await binding.run()
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

  #checkAlive(): void {
    if (!this.#disposed) return
    throw new LockstepError('disposed', { object: 'call' }, 'the call was disposed; prepare the graph again')
  }
}

function invalidState(message: string): LockstepError<'invalid-state'> {
  return new LockstepError('invalid-state', { object: 'call' }, message)
}
