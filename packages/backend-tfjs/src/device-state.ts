import { checkRange, type Range, type StateEntry, type StateLayout, stateEntry } from '@lockstep/core'
import type { Kernels, Tensor } from './kernels.ts'

/** The entries of a state as tensors of the engine, which are replaced and never changed. */
export class DeviceState implements Disposable {
  readonly #layout: StateLayout
  readonly #kernels: Kernels
  readonly #tensors = new Map<string, Tensor>()

  /** All zeros. */
  constructor(layout: StateLayout, kernels: Kernels) {
    this.#layout = layout
    this.#kernels = kernels
    for (const { name, length } of layout.entries.values()) this.#store(name, new Float32Array(length))
  }

  get(name: string): Tensor {
    return this.#tensors.get(name) as Tensor
  }

  /** Takes `tensor` over. */
  replace(name: string, tensor: Tensor): void {
    this.#tensors.get(name)?.dispose()
    this.#tensors.set(name, tensor)
  }

  read(into: Float32Array, range?: Range): void {
    const { start, end } = checkRange('into', this.#layout, into, range)
    into.fill(0)
    for (const { name, offset, from, to } of this.#within(start, end)) {
      const values = this.get(name).dataSync<'float32'>()
      into.set(values.subarray(from - offset, to - offset), from - start)
    }
  }

  write(from: Float32Array, range?: Range): void {
    const { start, end } = checkRange('from', this.#layout, from, range)
    for (const { name, offset, length, from: first, to } of this.#within(start, end)) {
      const part = from.subarray(first - start, to - start)
      if (part.length === length) {
        this.#store(name, part)
        continue
      }
      const values = this.get(name).dataSync<'float32'>().slice()
      values.set(part, first - offset)
      this.#store(name, values)
    }
  }

  [Symbol.dispose](): void {
    for (const tensor of this.#tensors.values()) tensor.dispose()
    this.#tensors.clear()
  }

  #store(name: string, values: Float32Array): void {
    this.replace(name, this.#kernels.upload(values, stateEntry(this.#layout, name).shape, 'float32'))
  }

  /** The entries that a part of the arena touches, and which part of the arena each of them shares with it. */
  *#within(start: number, end: number): Generator<StateEntry & { readonly from: number; readonly to: number }> {
    for (const entry of this.#layout.entries.values()) {
      const [from, to] = [Math.max(start, entry.offset), Math.min(end, entry.offset + entry.length)]
      if (from < to) yield { ...entry, from, to }
    }
  }
}
