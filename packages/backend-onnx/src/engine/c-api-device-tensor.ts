import type { DeviceTensor } from './engine.ts'

/** A value of the library in a device's memory. */
export class CApiTensor implements DeviceTensor {
  readonly address: bigint
  readonly #free: () => Promise<void>

  constructor(address: bigint, free: () => Promise<void>) {
    this.address = address
    this.#free = free
  }

  release(): Promise<void> {
    return this.#free()
  }
}
