import { CApiBinding } from './c-api-binding.ts'
import type { CApi } from './c-api-functions.ts'
import type { Binding, BoundTensor, Session } from './engine.ts'

/** A session of the C API. Runs may overlap; each takes a thread of libuv's pool while it lasts. */
export class CApiSession implements Session {
  readonly #api: CApi
  readonly #address: bigint

  constructor(api: CApi, address: bigint) {
    this.#api = api
    this.#address = address
  }

  bind(inputs: readonly BoundTensor[], outputs: readonly BoundTensor[]): Binding {
    return new CApiBinding(this.#api, this.#address, inputs, outputs)
  }

  async release(): Promise<void> {
    this.#api.releaseSession(this.#address)
  }
}
