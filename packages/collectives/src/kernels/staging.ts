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
  /** Views of the stages, whole: making one costs as much as adding a thousand numbers. */
  readonly #floats: readonly Float32Array[]
  readonly #doubles: readonly Float64Array[]
  readonly #halves: readonly Uint16Array[]

  constructor(buffer: ArrayBufferLike) {
    this.#buffer = buffer
    const addresses = Array.from({ length: stageCount }, (_, stage) => stage * stageBytes)
    this.#floats = addresses.map((address) => new Float32Array(buffer, address, stageElements))
    this.#doubles = addresses.map((address) => new Float64Array(buffer, address, stageElements))
    this.#halves = addresses.map((address) => new Uint16Array(buffer, address, stageElements))
  }

  has(array: Numbers): boolean {
    return array.buffer === this.#buffer
  }

  /** Byte address of elements `start` to `end` of an array, or of a copy of them in a stage. */
  read(array: Numbers, start: number, end: number, stage: number): number {
    if (this.has(array)) return array.byteOffset + start * array.BYTES_PER_ELEMENT
    this.#stage(array, stage).set(array.subarray(start, end))
    return stage * stageBytes
  }

  /** Where results for elements from `start` on are to be written: the array itself or a stage. */
  target(array: Numbers, start: number, stage: number): number {
    return this.has(array) ? array.byteOffset + start * array.BYTES_PER_ELEMENT : stage * stageBytes
  }

  /** Copies results out of the stage, where `target` named it. */
  finish(array: Numbers, start: number, end: number, stage: number): void {
    if (this.has(array)) return
    const view = this.#stage(array, stage)
    array.set(end - start === stageElements ? view : view.subarray(0, end - start), start)
  }

  #stage(like: Numbers, stage: number): Numbers {
    if (like instanceof Float32Array) return this.#floats[stage] as Float32Array
    if (like instanceof Float64Array) return this.#doubles[stage] as Float64Array
    return this.#halves[stage] as Uint16Array
  }
}
