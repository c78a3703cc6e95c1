import { setImmediate } from 'node:timers/promises'
import {
  type Call,
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
import { type Host, TfjsCall } from './call.ts'
import { DeviceState } from './device-state.ts'
import type { Engine } from './engine/engine.ts'
import { Kernels } from './kernels.ts'
import { type Binding, Program } from './program.ts'

/** One copy of the state in tensors of the engine, with the graphs that were compiled for it. */
export class TfjsReplica implements Replica, Host {
  readonly device: Device
  readonly #layout: StateLayout
  readonly #engine: Engine
  readonly #kernels: Kernels
  readonly #state: DeviceState
  readonly #programs = new Map<string, Program>()
  readonly #guard = new ReplicaGuard()

  constructor(layout: StateLayout, engine: Engine) {
    this.device = engine.device
    this.#layout = layout
    this.#engine = engine
    this.#kernels = new Kernels(engine)
    this.#state = new DeviceState(layout, this.#kernels)
  }

  async prepare(graph: Graph, { steps = 1 }: PrepareOptions = {}): Promise<Call> {
    this.checkAlive()
    checkStates(graph, this.#layout)
    if (!(Number.isInteger(steps) && steps >= 1)) throw invalidSteps(steps)
    if (steps > 1) throw fusedSteps(steps)
    const program = this.#programs.get(graph.hash) ?? new Program(graph, this.#kernels)
    this.#programs.set(graph.hash, program)
    return new TfjsCall(graph, program, this)
  }

  async read(into: Float32Array, range?: Range): Promise<void> {
    this.checkAlive()
    this.#state.read(into, range)
  }

  async write(from: Float32Array, range?: Range): Promise<void> {
    this.checkAlive()
    this.#state.write(from, range)
  }

  async run(program: Program, binding: Binding): Promise<void> {
    await this.#guard.exclusive(() => this.#runSoon(program, binding))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#guard.dispose()
    // Whoever called it hears of its failure.
    await this.#guard.running?.catch(() => undefined)
    for (const program of this.#programs.values()) program[Symbol.dispose]()
    this.#programs.clear()
    this.#state[Symbol.dispose]()
  }

  checkAlive(): void {
    this.#guard.checkAlive()
  }

  /** A run blocks its thread; timers and sockets get their turn before each. */
  async #runSoon(program: Program, binding: Binding): Promise<void> {
    await setImmediate()
    this.#checkEngine()
    program.run(binding, this.#state)
  }

  #checkEngine(): void {
    const { tf, backendName, name } = this.#engine
    if (tf.getBackend() === backendName) return
    throw new LockstepError(
      'invalid-state',
      { object: 'TensorFlow.js' },
      `tfjs: the engine ${name} was opened, but something has set TensorFlow.js to ${tf.getBackend()} since; leave setBackend to tfjs()`,
    )
  }
}

function invalidSteps(steps: number): LockstepError<'invalid-argument'> {
  return new LockstepError(
    'invalid-argument',
    { argument: 'steps' },
    `prepare: steps is ${steps}; expected a whole number from 1`,
  )
}

function fusedSteps(steps: number): LockstepError<'unsupported'> {
  return new LockstepError(
    'unsupported',
    { feature: 'fused steps', by: 'tfjs' },
    `prepare: TensorFlow.js cannot fuse ${steps} steps into one run; leave stepsPerExecution at 1`,
  )
}
