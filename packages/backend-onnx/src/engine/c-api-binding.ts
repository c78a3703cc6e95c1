import type { CApi } from './c-api-functions.ts'
import { check, finished, make } from './c-api-status.ts'
import { hostValue } from './c-api-value.ts'
import type { Binding, BoundTensor } from './engine.ts'

/** Inputs and outputs tied to memory once, so that a run is a single call of the library. */
export class CApiBinding implements Binding {
  readonly #api: CApi
  readonly #session: bigint
  readonly #binding: bigint
  readonly #runOptions: bigint
  readonly #values: bigint[] = []
  /** The library holds mere addresses: this keeps the memory alive. */
  readonly tensors: readonly BoundTensor[]

  constructor(api: CApi, session: bigint, inputs: readonly BoundTensor[], outputs: readonly BoundTensor[]) {
    this.#api = api
    this.#session = session
    this.tensors = [...inputs, ...outputs]
    this.#runOptions = make(api, 'make run options', (result) => api.createRunOptions(result))
    this.#binding = make(api, 'make a binding', (result) => api.createIoBinding(session, result))
    try {
      for (const tensor of inputs)
        check(api, `bind ${tensor.name}`, api.bindInput(this.#binding, tensor.name, this.#valueOf(tensor)))
      for (const tensor of outputs)
        check(api, `bind ${tensor.name}`, api.bindOutput(this.#binding, tensor.name, this.#valueOf(tensor)))
    } catch (error) {
      this.release()
      throw error
    }
  }

  run(): Promise<void> {
    return finished(this.#api, 'run a graph', (done) =>
      this.#api.runWithBinding.async(this.#session, this.#runOptions, this.#binding, done),
    )
  }

  release(): void {
    this.#api.releaseIoBinding(this.#binding)
    for (const value of this.#values) this.#api.releaseValue(value)
    this.#api.releaseRunOptions(this.#runOptions)
  }

  #valueOf(tensor: BoundTensor): bigint {
    const value = hostValue(this.#api, tensor)
    this.#values.push(value)
    return value
  }
}
