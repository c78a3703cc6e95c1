import { type HostTensor, type Shape, sizeOf } from '@lockstep/core'
import type { Kernels, Tensor } from './kernels.ts'
import type { Workshop } from './lowering/lowering.ts'

/** Makes and keeps the constants of one compiled graph. */
export class Constants implements Workshop, Disposable {
  readonly kernels: Kernels
  readonly #made: Tensor[] = []
  readonly #filled = new Map<string, Tensor>()

  constructor(kernels: Kernels) {
    this.kernels = kernels
  }

  constant(values: HostTensor, shape: Shape): Tensor {
    const dtype = values instanceof Float32Array ? 'float32' : values instanceof Int32Array ? 'int32' : 'bool'
    const tensor = this.kernels.upload(values, shape, dtype)
    this.#made.push(tensor)
    return tensor
  }

  filled(value: number, shape: Shape = []): Tensor {
    const key = `${value} ${shape.join(' ')}`
    const tensor = this.#filled.get(key) ?? this.constant(new Float32Array(sizeOf(shape)).fill(value), shape)
    this.#filled.set(key, tensor)
    return tensor
  }

  [Symbol.dispose](): void {
    for (const tensor of this.#made.splice(0)) tensor.dispose()
    this.#filled.clear()
  }
}
