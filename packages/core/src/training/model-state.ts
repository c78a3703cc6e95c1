import { LockstepError } from '../errors.ts'
import { showShape, sizeOf } from '../graph/node.ts'
import { unknownName } from '../names.ts'
import type { Network } from '../network/network.ts'
import { begin } from './begin.ts'
import type { Compiled } from './compile.ts'
import { Session, type StateValues } from './session.ts'

/** The values of a model: on the host until a session is opened, then in the session's replica. */
export class ModelState {
  readonly #network: Network
  readonly #seed: number
  /** While no session is open. */
  #values: Map<string, Float32Array> | undefined
  #compiled: Compiled | undefined
  #session: Promise<Session> | undefined
  /** Settles when the weights of a session that is no longer used are on the host again. */
  #retired: Promise<void> = Promise.resolve()
  #disposal: Promise<void> | undefined
  #busy: string | undefined

  constructor(network: Network, seed: number) {
    this.#network = network
    this.#seed = seed
  }

  /** What the next session runs; weights move over from the present one, slots do not. */
  program(compiled: Compiled): void {
    this.checkOpen()
    this.#checkIdle('compile')
    this.#compiled = compiled
    this.#retired = begin(this.#retire(this.#session, this.#retired))
    this.#session = undefined
  }

  /** The session, opened on first use; one that failed to open is tried again. */
  async open(): Promise<Session> {
    this.checkOpen()
    if (this.#session === undefined) {
      const opening = this.#openSession(this.#compiled as Compiled)
      this.#session = opening
      opening.catch(() => {
        if (this.#session === opening) this.#session = undefined
      })
    }
    return this.#session
  }

  /** Runs `work`, refusing to overlap with other work that trains. */
  async exclusively<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.#checkIdle(what)
    this.#busy = what
    try {
      return await work()
    } finally {
      this.#busy = undefined
    }
  }

  /**
   * Copies of the weights, in the network's order, or of `everything` that a checkpoint keeps. `note` is called at the
   * moment of copying, between two steps where the model is being trained.
   */
  async copies({
    everything = false,
    note,
  }: {
    everything?: boolean
    note?: () => void
  } = {}): Promise<Map<string, Float32Array>> {
    const session = await this.#present()
    const weights = this.#network.weights.map(({ name }) => name)
    if (session !== undefined) {
      return session.turns.take(() => {
        note?.()
        return session.readState(everything ? session.persistent : weights)
      })
    }
    note?.()
    const values = this.#hostValues()
    const names = everything ? [...values.keys()] : weights
    return new Map(names.map((name) => [name, (values.get(name) as Float32Array).slice()]))
  }

  async setWeights(weights: readonly Float32Array[]): Promise<void> {
    const specs = this.#network.weights
    if (weights.length !== specs.length) {
      throw new LockstepError(
        'invalid-argument',
        { argument: 'weights' },
        `setWeights got ${weights.length} arrays; expected ${specs.length}: ${specs.map(({ name }) => name).join(', ')}`,
      )
    }
    await this.restore(new Map(specs.map(({ name }, index) => [name, weights[index] as Float32Array])))
  }

  /** Overwrites weights and slots by name; unknown names and wrong lengths are refused, and nothing changes then. */
  async restore(values: StateValues): Promise<void> {
    this.checkOpen()
    this.#checkValues(values)
    const session = await this.#present()
    if (session !== undefined) return session.turns.take(() => session.writeState(values))
    const held = this.#hostValues()
    for (const [name, value] of values) held.set(name, value.slice())
  }

  /** Throws `disposed` after disposal. */
  checkOpen(): void {
    if (this.#disposal === undefined) return
    throw new LockstepError(
      'disposed',
      { object: 'model' },
      'the model was disposed; make a new one, or load a saved one',
    )
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#close()
    return this.#disposal
  }

  #checkIdle(what: string): void {
    if (this.#busy === undefined) return
    throw new LockstepError(
      'invalid-state',
      { object: 'model' },
      `${what} was called while ${this.#busy} is running on the same model; await that first`,
    )
  }

  /** The session that holds the values now, if one does. */
  async #present(): Promise<Session | undefined> {
    this.checkOpen()
    await this.#retired
    // One that fails to open leaves the values where they were.
    return this.#session?.catch(() => undefined)
  }

  async #openSession({ program, options, learner }: Compiled): Promise<Session> {
    await this.#retired
    const { backend, device, threads } = options
    const session = await Session.open(program, this.#hostValues(), {
      backend,
      ...(learner === undefined ? {} : { learner }),
      ...(device === undefined ? {} : { device }),
      ...(threads === undefined ? {} : { threads }),
    })
    this.#values = undefined
    return session
  }

  /** Brings the weights of a session back to the host, after what was retired `before`, and frees it. */
  async #retire(opened: Promise<Session> | undefined, before: Promise<void>): Promise<void> {
    await before
    const weights = this.#network.weights.map(({ name }) => name)
    const session = await opened?.catch(() => undefined)
    if (session === undefined) {
      for (const name of this.#values?.keys() ?? []) if (!weights.includes(name)) this.#values?.delete(name)
      return
    }
    try {
      this.#values = await session.turns.take(() => session.readState(weights))
    } finally {
      await session[Symbol.asyncDispose]()
    }
  }

  async #close(): Promise<void> {
    await this.#retired.catch(() => undefined)
    const session = await this.#session?.catch(() => undefined)
    await session?.[Symbol.asyncDispose]()
  }

  #hostValues(): Map<string, Float32Array> {
    this.#values ??= this.#network.initialWeights(this.#seed)
    return this.#values
  }

  #checkValues(values: StateValues): void {
    const specs = new Map(this.#network.weights.map(({ name, spec }) => [name, spec]))
    for (const [name, value] of values) {
      const weight = specs.has(name) ? name : name.replace(/^slot\/[^/]+\//, '')
      const shape = specs.get(weight)?.shape
      if (shape === undefined) throw unknownName('state', name, [...specs.keys()])
      if (value.length === sizeOf(shape)) continue
      throw new LockstepError(
        'shape-mismatch',
        { operation: 'setWeights', shapes: [shape, [value.length]] },
        `weight ${name} has shape ${showShape(shape)}, which takes ${sizeOf(shape)} values; got ${value.length}`,
      )
    }
  }
}
