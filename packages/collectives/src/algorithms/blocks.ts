/** Arrays that are summed. */
export type Floats = Float32Array | Float64Array

/** Elements `start` to `end` (exclusive) of an array. */
export interface Block {
  readonly start: number
  readonly end: number
}

/** Blocks begin at multiples of this, so that no two ranks write to one cache line. */
const alignment = 16

/** The block of every rank: equal parts of `length` elements, but for rounding to 16; the last ones may be empty. */
export function blocksOf(length: number, worldSize: number): Block[] {
  const size = Math.ceil(length / worldSize / alignment) * alignment
  return Array.from({ length: worldSize }, (_, rank) => ({
    start: Math.min(length, rank * size),
    end: Math.min(length, (rank + 1) * size),
  }))
}

/** A block in pieces of at most `elements`: at least two where there is enough, so that transfer and sum overlap. */
export function segmentsOf({ start, end }: Block, elements: number): Block[] {
  const worthHalving = 4096
  const length = end - start
  const count = Math.max(Math.ceil(length / elements), length > worthHalving ? 2 : 1)
  const size = Math.ceil(length / count / alignment) * alignment
  return Array.from({ length: length === 0 ? 0 : count }, (_, index) => ({
    start: Math.min(end, start + index * size),
    end: Math.min(end, start + (index + 1) * size),
  })).filter((segment) => segment.end > segment.start)
}

/** The bytes of a part of an array; without `block`, of all of it. */
export function bytesOf(array: Floats, block: Block = { start: 0, end: array.length }): Uint8Array {
  const size = array.BYTES_PER_ELEMENT
  return new Uint8Array(array.buffer, array.byteOffset + block.start * size, (block.end - block.start) * size)
}

/** A part of an array, not a copy. */
export function part<T extends Floats>(array: T, { start, end }: Block): T {
  return array.subarray(start, end) as T
}
