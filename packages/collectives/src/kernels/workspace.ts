import { allocateMemory, hasSimd, type WasmMemory } from '@lockstep/core/wasm'
import type { Floats } from '../algorithms/blocks.ts'
import { javascriptKernels } from './javascript-kernels.ts'
import type { Kernels } from './kernels.ts'
import { stagingBytes } from './staging.ts'
import { wasmKernels } from './wasm-kernels.ts'

interface Room {
  readonly memory: WasmMemory
  readonly kernels: Kernels
}

const alignment = 64
/** Bytes before the caller's own arrays for the messages that are added to them. */
const messageBytes = 16 * 1024 * 1024
/** Address space for the caller's arrays, so that most lie in one memory. What is not used takes no memory. */
const arrayBytes = 256 * 1024 * 1024

/** Memory for messages and the arithmetic on them, with vectors where the machine has them. */
export class Workspace {
  readonly #shared: boolean
  #room: Room | undefined
  readonly #windows: Map<ArrayBufferLike, Room> = new Map()
  /** The last of the windows, and the end of what was allocated there. */
  #window: { readonly memory: WasmMemory; end: number } | undefined

  /** `shared`: whether its memory can be seen by other threads. */
  constructor({ shared }: { readonly shared: boolean } = { shared: false }) {
    this.#shared = shared
  }

  /**
   * `count` places of `byteLength` bytes, aligned to 64, valid until the next call; what they hold is undefined. Where
   * it is possible they lie in the memory of `sums`, the array for what is made of them.
   */
  places(count: number, byteLength: number, sums?: Floats): Uint8Array[] {
    const stride = aligned(byteLength)
    const near = sums && count * stride <= messageBytes ? this.#windows.get(sums.buffer) : undefined
    const { memory } = near ?? this.#roomFor(count * stride)
    return Array.from(
      { length: count },
      (_, index) => new Uint8Array(memory.buffer, stagingBytes + index * stride, byteLength),
    )
  }

  /** Zeroed memory of the caller's own, aligned to 64, in which sums need fewer copies. */
  allocate(byteLength: number): Uint8Array {
    const size = aligned(byteLength)
    if (this.#window === undefined || this.#window.end + size > this.#window.memory.buffer.byteLength)
      this.#window = this.#newWindow(size)
    const { memory, end } = this.#window
    this.#window.end += size
    return new Uint8Array(memory.buffer, end, byteLength)
  }

  /** `into` becomes the sum of arrays as long as itself, added from the first to the last; it may be one of them. */
  sum(into: Floats, terms: readonly Floats[]): void {
    const room = this.#windows.get(into.buffer) ?? this.#roomFor(0)
    room.kernels.sum(into, terms)
  }

  #roomFor(byteLength: number): Room {
    const size = stagingBytes + byteLength
    if (this.#room === undefined || this.#room.memory.buffer.byteLength < size) this.#room = this.#newRoom(byteLength)
    return this.#room
  }

  #newWindow(byteLength: number): { readonly memory: WasmMemory; end: number } {
    const room = this.#newRoom(messageBytes + Math.max(byteLength, arrayBytes))
    this.#windows.set(room.memory.buffer, room)
    return { memory: room.memory, end: stagingBytes + messageBytes }
  }

  #newRoom(byteLength: number): Room {
    const memory = allocateMemory(stagingBytes + byteLength, { shared: this.#shared })
    return { memory, kernels: hasSimd() ? wasmKernels(memory) : javascriptKernels }
  }
}

function aligned(byteLength: number): number {
  return Math.ceil(byteLength / alignment) * alignment
}
