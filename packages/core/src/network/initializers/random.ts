import { sizeOf } from '../../graph/node.ts'
import { normalFloats, uniformFloats } from '../../random/host-random.ts'
import type { DrawKey, Initializer } from '../initializers.ts'

/** Options of {@link randomUniform}. */
export interface RandomUniformOptions {
  /** Default −0.05. */
  readonly minval?: number
  /** Default 0.05. */
  readonly maxval?: number
}

/** Evenly between `minval` and `maxval`. */
export function randomUniform({ minval = -0.05, maxval = 0.05 }: RandomUniformOptions = {}): Initializer {
  const draw: Initializer['draw'] = (shape, key) => drawUniform(sizeOf(shape), key, minval, maxval)
  return { className: 'randomUniform', config: { minval, maxval }, draw }
}

/** Options of {@link randomNormal} and {@link truncatedNormal}. */
export interface RandomNormalOptions {
  /** Default 0. */
  readonly mean?: number
  /** Default 0.05. */
  readonly stddev?: number
}

/** Normally distributed. */
export function randomNormal({ mean = 0, stddev = 0.05 }: RandomNormalOptions = {}): Initializer {
  const draw: Initializer['draw'] = (shape, { seed, stream }) =>
    normalFloats(seed, stream, sizeOf(shape)).map((z) => mean + stddev * z)
  return { className: 'randomNormal', config: { mean, stddev }, draw }
}

/**
 * Normally distributed, values further than two deviations from the mean drawn again; so the deviation that results is
 * 0.88 · `stddev`.
 */
export function truncatedNormal({ mean = 0, stddev = 0.05 }: RandomNormalOptions = {}): Initializer {
  const draw: Initializer['draw'] = (shape, key) => drawTruncated(sizeOf(shape), key, mean, stddev)
  return { className: 'truncatedNormal', config: { mean, stddev }, draw }
}

/** `count` values evenly between two bounds. */
export function drawUniform(count: number, { seed, stream }: DrawKey, low: number, high: number): Float32Array {
  return uniformFloats(seed, stream, count).map((u) => low + (high - low) * u)
}

/** `count` values of a normal distribution cut off at two deviations. */
export function drawTruncated(count: number, { seed, stream }: DrawKey, mean: number, stddev: number): Float32Array {
  // 4.55 % are cut off. The numbers of a stream do not depend on how many are drawn, so a longer draw goes on
  // where a shorter one ended.
  for (let drawn = Math.ceil(count * 1.1) + 64; ; drawn *= 2) {
    const kept = normalFloats(seed, stream, drawn).filter((z) => Math.abs(z) <= 2)
    if (kept.length >= count) return kept.slice(0, count).map((z) => mean + stddev * z)
  }
}
