import { type DType, type Shape, sizeOf } from '@lockstep/core'
import type { BusMeter } from './bus-meter.ts'
import { CApiDeviceBinding } from './c-api-device-binding.ts'
import { CApiTensor } from './c-api-device-tensor.ts'
import type { CApi } from './c-api-functions.ts'
import { make } from './c-api-status.ts'
import { arenaAllocator, defaultMemory, elementTypes } from './c-api-value.ts'
import type { Binding, BoundTensor, DeviceBound, DeviceSession, Provider } from './engine.ts'
import type { Lane } from './lane.ts'
import { providerTraits } from './provider-traits.ts'

export interface DeviceSessionParts {
  readonly api: CApi
  readonly address: bigint
  readonly provider: Provider
  readonly lane: Lane | undefined
}

/** A session of the C API on a device, with an allocator of that device's memory. */
export class CApiDeviceSession implements DeviceSession {
  readonly #parts: DeviceSessionParts
  #allocator: bigint | undefined

  constructor(parts: DeviceSessionParts) {
    this.#parts = parts
  }

  allocate(dtype: DType, shape: Shape): Promise<CApiTensor> {
    const { api, provider } = this.#parts
    const extents = BigInt64Array.from(shape, BigInt)
    const what = `allocate ${sizeOf(shape)} elements on ${provider.kind}:${provider.index}`
    return this.#alone(() => {
      this.#allocator ??= this.#makeAllocator()
      const allocator = this.#allocator
      const address = make(api, what, (result) =>
        api.createTensorAsOrtValue(allocator, extents, shape.length, elementTypes[dtype], result),
      )
      return new CApiTensor(address, () => this.#alone(() => api.releaseValue(address)))
    })
  }

  bind(
    inputs: readonly (BoundTensor | DeviceBound)[],
    outputs: readonly (BoundTensor | DeviceBound)[],
    meter: BusMeter,
  ): Binding {
    const { api, address, lane } = this.#parts
    return new CApiDeviceBinding({ api, session: address, lane, meter }, inputs, outputs)
  }

  release(): Promise<void> {
    const { api, address } = this.#parts
    return this.#alone(() => {
      if (this.#allocator !== undefined) api.releaseAllocator(this.#allocator)
      api.releaseSession(address)
    })
  }

  /** Memory changes hands between runs where runs must not overlap either. */
  async #alone<T>(work: () => T): Promise<T> {
    const { lane } = this.#parts
    return lane === undefined ? work() : lane.run(async () => work())
  }

  #makeAllocator(): bigint {
    const { api, address, provider } = this.#parts
    const { memory } = providerTraits[provider.kind]
    const info = make(api, 'describe memory', (result) =>
      api.createMemoryInfo(memory, arenaAllocator, provider.index, defaultMemory, result),
    )
    try {
      return make(api, 'make an allocator', (result) => api.createAllocator(address, info, result))
    } finally {
      api.releaseMemoryInfo(info)
    }
  }
}
