/** A typed array of numbers of any kind. */
export type Numbers = Float32Array | Float64Array | Uint16Array

/** Elements treated at once: the stages of them stay in a core's own cache. */
export const stageElements = 8192
const stageBytes = stageElements * Float64Array.BYTES_PER_ELEMENT
const stageCount = 3

/** Bytes at the start of a memory that {@link Staging} needs. */
export const stagingBytes: number = stageCount * stageBytes

/**
 * Brings arrays into a WebAssembly memory, a piece at a time, where they do not lie in it already. The memory's first
 * `stagingBytes` belong to it.
 */
export class Staging {
  readonly #buffer: ArrayBufferLike

  constructor(buffer: ArrayBufferLike) {
    this.#buffer = buffer
  }

  has(array: Numbers): boolean {
    return array.buffer === this.#buffer
  }

  /** Byte address of elements `start` to `end` of an array, or of a copy of them in a stage. */
  read(array: Numbers, start: number, end: number, stage: number): number {
    if (this.has(array)) return array.byteOffset + start * array.BYTES_PER_ELEMENT
    const address = stage * stageBytes
    const piece = array.subarray(start, end)
    this.#view(piece, address).set(piece)
    return address
  }

  /** Where results for elements from `start` on are to be written: the array itself or a stage. */
  target(array: Numbers, start: number, stage: number): number {
    return this.has(array) ? array.byteOffset + start * array.BYTES_PER_ELEMENT : stage * stageBytes
  }

  /** Copies results out of the stage, where `target` named it. */
  finish(array: Numbers, start: number, end: number, stage: number): void {
    if (this.has(array)) return
    const piece = array.subarray(start, end)
    piece.set(this.#view(piece, stage * stageBytes))
  }

  #view(like: Numbers, address: number): Numbers {
    const { length } = like
    if (like instanceof Float32Array) return new Float32Array(this.#buffer, address, length)
    if (like instanceof Float64Array) return new Float64Array(this.#buffer, address, length)
    return new Uint16Array(this.#buffer, address, length)
  }
}
