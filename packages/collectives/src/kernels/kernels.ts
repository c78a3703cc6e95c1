import type { Floats } from '../algorithms/blocks.ts'

/** Formats of 16 bits: the upper half of a float32, and IEEE 754 binary16. */
export type HalfFormat = 'bfloat16' | 'float16'

/**
 * Arithmetic on flat arrays, elementwise; all arrays of a call have one length. The target may be one of the sources,
 * but must not overlap one otherwise.
 */
export interface Kernels {
  /** into = the sum of the terms, added from the first to the last; all of one type. */
  sum(into: Floats, terms: readonly Floats[]): void
  /** into = from · factor; for float32 the factor is rounded to float32 first. */
  scale(into: Floats, from: Floats, factor: number): void
  /** Rounds to nearest even; NaN stays NaN, and what is too large becomes infinity. */
  pack(format: HalfFormat, into: Uint16Array, from: Float32Array): void
  /** Exact. */
  unpack(format: HalfFormat, into: Float32Array, from: Uint16Array): void
  /** into = addend + unpacked `from`. */
  unpackAdd(format: HalfFormat, into: Float32Array, addend: Float32Array, from: Uint16Array): void
}
