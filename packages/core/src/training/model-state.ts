import { LockstepError } from '../errors.ts'
import { showShape, sizeOf } from '../graph/node.ts'
import type { Network } from '../network/network.ts'
import type { Compiled } from './compile.ts'
import { Session } from './session.ts'

/** The values of a model: on the host until a session is opened, then in the session's replica. */
export class ModelState {
  readonly #network: Network
  readonly #seed: number
  #values: Map<string, Float32Array> | undefined
  #compiled: Compiled | undefined
  #session: Promise<Session> | undefined
  #retired: Promise<Session> | undefined
  #disposed = false
  #busy: string | undefined

  constructor(network: Network, seed: number) {
    this.#network = network
    this.#seed = seed
  }

  /** What the next session runs; weights move over from the present one, slots do not. */
  program(compiled: Compiled): void {
    this.#compiled = compiled
    this.#retired ??= this.#session
    this.#session = undefined
    for (const name of this.#values?.keys() ?? []) if (name.startsWith('slot/')) this.#values?.delete(name)
  }

  /** The session, opened on first use; one that failed to open is tried again. */
  async open(): Promise<Session> {
    this.checkOpen()
    if (this.#session === undefined) {
      const opening = this.#openSession()
      this.#session = opening
      opening.catch(() => {
        if (this.#session === opening) this.#session = undefined
      })
    }
    return this.#session
  }

  /** Runs `work`, refusing to overlap with other work that changes the state. */
  async exclusively<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#busy !== undefined) {
      throw new LockstepError(
        'invalid-state',
        { object: 'model' },
        `${what} was called while ${this.#busy} is running on the same model; await that first`,
      )
    }
    this.#busy = what
    try {
      return await work()
    } finally {
      this.#busy = undefined
    }
  }

  /** Copies of the weights, in the network's order. */
  async weights(): Promise<Map<string, Float32Array>> {
    const session = await (this.#session ?? this.#retired)
    if (session !== undefined) return session.readState(this.#network.weights.map(({ name }) => name))
    const values = this.#hostValues()
    return new Map(this.#network.weights.map(({ name }) => [name, (values.get(name) as Float32Array).slice()]))
  }

  /** Copies of all that a checkpoint keeps. */
  async persistent(): Promise<Map<string, Float32Array>> {
    const session = await this.#session
    return session === undefined
      ? new Map([...this.#hostValues(), ...(await this.weights())])
      : session.readState(session.persistent)
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

  /** Overwrites entries by name; unknown names are refused, and nothing changes then. */
  async restore(values: ReadonlyMap<string, Float32Array>): Promise<void> {
    this.#checkLengths(values)
    const session = await (this.#session ?? this.#retired)
    if (session !== undefined) return session.writeState(values)
    const held = this.#hostValues()
    for (const [name, value] of values) held.set(name, value.slice())
  }

  async sha256(): Promise<string> {
    const weights = [...(await this.weights()).values()]
    const bytes = new Uint8Array(weights.reduce((length, weight) => length + weight.byteLength, 0))
    let offset = 0
    for (const weight of weights) {
      bytes.set(new Uint8Array(weight.buffer, weight.byteOffset, weight.byteLength), offset)
      offset += weight.byteLength
    }
    const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes))
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  /** Throws `disposed` after disposal. */
  checkOpen(): void {
    if (!this.#disposed) return
    throw new LockstepError(
      'disposed',
      { object: 'model' },
      'the model was disposed; make a new one, or load a saved one',
    )
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    for (const opened of [this.#session, this.#retired]) {
      const session = await opened?.catch(() => undefined)
      await session?.[Symbol.asyncDispose]()
    }
  }

  async #openSession(): Promise<Session> {
    const { program, options, learner } = this.#compiled as Compiled
    const retired = await this.#retired?.catch(() => undefined)
    if (retired !== undefined) {
      this.#values = await retired.readState(this.#network.weights.map(({ name }) => name))
      await retired[Symbol.asyncDispose]()
      this.#retired = undefined
    }
    const { backend, device, threads } = options
    return Session.open(program, this.#hostValues(), {
      backend,
      ...(learner === undefined ? {} : { learner }),
      ...(device === undefined ? {} : { device }),
      ...(threads === undefined ? {} : { threads }),
    })
  }

  #hostValues(): Map<string, Float32Array> {
    this.#values ??= this.#network.initialWeights(this.#seed)
    return this.#values
  }

  #checkLengths(values: ReadonlyMap<string, Float32Array>): void {
    for (const { name, spec } of this.#network.weights) {
      const value = values.get(name)
      if (value === undefined || value.length === sizeOf(spec.shape)) continue
      throw new LockstepError(
        'shape-mismatch',
        { operation: 'setWeights', shapes: [spec.shape, [value.length]] },
        `weight ${name} has shape ${showShape(spec.shape)}, which takes ${sizeOf(spec.shape)} values; got ${value.length}`,
      )
    }
  }
}
