import { type Call, checkBinding, type Graph, LockstepError, type Tensors } from '@lockstep/core'
import type { Binding, Program } from './program.ts'

/** What a call needs of its replica. */
export interface Host {
  /** Runs the program on the state when no other run is in progress, otherwise rejects with `invalid-state`. */
  run(program: Program, binding: Binding): Promise<void>
  /** Throws `disposed` after the replica's disposal. */
  checkAlive(): void
}

/** A compiled graph on a replica's state. */
export class TfjsCall implements Call {
  readonly #graph: Graph
  readonly #program: Program
  readonly #host: Host
  #binding: Binding | undefined
  #disposed = false
  #running = false

  constructor(graph: Graph, program: Program, host: Host) {
    this.#graph = graph
    this.#program = program
    this.#host = host
  }

  bind(inputs: Tensors, outputs: Tensors): void {
    this.#checkAlive()
    if (this.#running) throw invalidState('bind was called during a run of this call; await the run first')
    checkBinding(this.#graph, inputs, outputs)
    this.#binding = { inputs: { ...inputs }, outputs: { ...outputs } }
  }

  async run(): Promise<void> {
    this.#checkAlive()
    const binding = this.#binding
    if (this.#running) throw invalidState('run was called during a run of this call; await that one first')
    if (binding === undefined) throw invalidState('run was called before bind; bind inputs and outputs first')
    this.#running = true
    try {
      await this.#host.run(this.#program, binding)
    } finally {
      this.#running = false
    }
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    this.#binding = undefined
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
