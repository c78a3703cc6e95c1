import { allocateMemory, type WasmMemory } from '@lockstep/core/wasm'
import type { Libc } from './libc.ts'

const pageBytes = 65_536

/** Address space to ask for, in bytes, the most first. What is not used takes no memory. */
const capacities = [65_535 * pageBytes, 2 ** 31, 2 ** 30, 2 ** 28]

/**
 * A shared WebAssembly memory over which a file is laid: the kernels, the engine and every thread that is given its
 * buffer work on the very memory that other processes see. Pages from `scratchBytes` on are the file's.
 */
export class MappedMemory {
  readonly memory: WasmMemory = reserve()
  readonly bytes: Uint8Array = new Uint8Array(this.memory.buffer)
  readonly words: Int32Array = new Int32Array(this.memory.buffer)
  /** Address of the file's first byte, in this process. */
  readonly start: number
  /** Bytes at the beginning that belong to nobody else. */
  readonly scratchBytes: number = 2 * pageBytes
  /** Address of the memory itself, in this process. */
  readonly base: number
  readonly #libc: Libc
  readonly #file: number
  /** Memory elsewhere that the file lies under. It is kept, or other memory might come to lie there. */
  #adopted: readonly { readonly bytes: Uint8Array; readonly address: number; readonly place: number }[] = []
  #mapped = 0

  constructor(libc: Libc, file: number, byteLength: number) {
    this.#libc = libc
    this.#file = file
    this.base = libc.addressOf(this.bytes)
    this.start = this.base + this.scratchBytes
    this.mapTo(byteLength)
  }

  /** Bytes of the file that there is address space for. */
  get capacity(): number {
    return this.bytes.byteLength - this.scratchBytes
  }

  /** Makes the first `end` bytes of the file visible; a multiple of 64 KiB, at most `capacity`. */
  mapTo(end: number): void {
    if (end <= this.#mapped) return
    this.#libc.mapOver(this.start + this.#mapped, end - this.#mapped, this.#file, this.#mapped)
    this.#mapped = end
  }

  /**
   * Lays the file, from `place` on, under other memory of this process, too: whole pages of a WebAssembly memory. Pages
   * that other parts of the file lay under lie there no more.
   */
  mapUnder(bytes: Uint8Array, place: number): void {
    const address = this.#libc.addressOf(bytes)
    const end = address + bytes.byteLength
    this.#libc.mapOver(address, bytes.byteLength, this.#file, place)
    const apart = this.#adopted.filter(
      (other) => other.address >= end || other.address + other.bytes.byteLength <= address,
    )
    this.#adopted = [...apart, { bytes, address, place }]
  }

  /** Where in the file an array lies; -1 when it does not. Buffers that went through another thread are recognised too. */
  placeOf(array: Uint8Array): number {
    const address = this.#libc.addressOf(array)
    const place = address - this.start
    if (place >= 0 && place + array.byteLength <= this.#mapped) return place
    const around = this.#adopted.find(
      (other) => address >= other.address && address + array.byteLength <= other.address + other.bytes.byteLength,
    )
    return around ? around.place + address - around.address : -1
  }
}

function reserve(): WasmMemory {
  for (const [index, capacity] of capacities.entries()) {
    try {
      return allocateMemory(capacity, { shared: true })
    } catch (error) {
      if (index === capacities.length - 1) throw error
    }
  }
  throw new RangeError('no address space')
}
