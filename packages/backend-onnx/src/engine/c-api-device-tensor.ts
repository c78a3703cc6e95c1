import type { CApi } from './c-api-functions.ts'
import type { DeviceTensor } from './engine.ts'

/** A value of the library in a device's memory. */
export class CApiTensor implements DeviceTensor {
  readonly address: bigint
  readonly #api: CApi

  constructor(api: CApi, address: bigint) {
    this.#api = api
    this.address = address
  }

  release(): void {
    this.#api.releaseValue(this.address)
  }
}
