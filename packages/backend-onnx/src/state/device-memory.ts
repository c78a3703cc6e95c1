import type { Shape } from '@lockstep/core'
import type { BusMeter } from '../engine/bus-meter.ts'
import type { Binding, BoundTensor, DeviceBound, DeviceSession, DeviceTensor } from '../engine/engine.ts'

/** A float32 tensor on the device. */
export interface ResidentTensor {
  readonly shape: Shape
  readonly tensor: DeviceTensor
}

/**
 * Memory of a device, filled and read by runs of a session that copies: of the ways that the library has, the one that
 * every execution provider offers.
 */
export class DeviceMemory {
  readonly #copier: DeviceSession
  readonly #meter: BusMeter
  readonly #tensors = new Set<DeviceTensor>()

  /** `copier`: a session of the identity model, which this takes over. */
  constructor(copier: DeviceSession, meter: BusMeter) {
    this.#copier = copier
    this.#meter = meter
  }

  /** A tensor with whatever lay there. */
  async allocate(shape: Shape): Promise<ResidentTensor> {
    const tensor = await this.#copier.allocate('float32', shape)
    this.#tensors.add(tensor)
    return { shape, tensor }
  }

  async upload({ shape, tensor }: ResidentTensor, from: Float32Array): Promise<void> {
    await this.#copy(onHost('x', shape, from), { name: 'y', current: () => tensor })
  }

  async download({ shape, tensor }: ResidentTensor, into: Float32Array): Promise<void> {
    await this.#copy({ name: 'x', current: () => tensor }, onHost('y', shape, into))
  }

  /** Frees the memory, all tensors included. */
  async release(): Promise<void> {
    for (const tensor of this.#tensors) await tensor.release()
    this.#tensors.clear()
    await this.#copier.release()
  }

  async #copy(from: BoundTensor | DeviceBound, to: BoundTensor | DeviceBound): Promise<void> {
    const binding: Binding = this.#copier.bind([from], [to], this.#meter)
    try {
      await binding.run()
    } finally {
      binding.release()
    }
  }
}

function onHost(name: string, shape: Shape, memory: Float32Array): BoundTensor {
  return { name, dtype: 'float32', shape, memory }
}
