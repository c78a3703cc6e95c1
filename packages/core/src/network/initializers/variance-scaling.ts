import { type Shape, sizeOf } from '../../graph/node.ts'
import type { Initializer } from '../initializers.ts'
import { numberWithin, oneOf } from '../option-checks.ts'
import { drawTruncated, drawUniform } from './random.ts'

/** Options of {@link varianceScaling}. */
export interface VarianceScalingOptions {
  /** Default 1. */
  readonly scale?: number
  /** What the variance is divided by: inputs of a unit, outputs of one, or the mean of both. Default `fanIn`. */
  readonly mode?: 'fanIn' | 'fanOut' | 'fanAvg'
  /** Default `normal`, cut off at two deviations. */
  readonly distribution?: 'normal' | 'uniform'
}

/**
 * Keras 2's: with s = scale / fan, normal of deviation √s (before the cut, and not corrected for it), or uniform
 * between ±√(3 s).
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  const { scale = 1, mode = 'fanIn', distribution = 'normal' } = options
  const config = {
    scale: numberWithin('varianceScaling', 'scale', scale, Number.MIN_VALUE, Number.POSITIVE_INFINITY),
    mode: oneOf('varianceScaling', 'mode', mode, ['fanIn', 'fanOut', 'fanAvg']),
    distribution: oneOf('varianceScaling', 'distribution', distribution, ['normal', 'uniform']),
  }
  return { className: 'varianceScaling', config, draw: scaled(config) }
}

/** Uniform between ±√(6 / (fanIn + fanOut)). Glorot and Bengio (2010). */
export function glorotUniform(): Initializer {
  return named('glorotUniform', { scale: 1, mode: 'fanAvg', distribution: 'uniform' })
}

/** Truncated normal of deviation √(2 / (fanIn + fanOut)). Glorot and Bengio (2010). */
export function glorotNormal(): Initializer {
  return named('glorotNormal', { scale: 1, mode: 'fanAvg', distribution: 'normal' })
}

/** Uniform between ±√(6 / fanIn). He et al. (2015). */
export function heUniform(): Initializer {
  return named('heUniform', { scale: 2, mode: 'fanIn', distribution: 'uniform' })
}

/** Truncated normal of deviation √(2 / fanIn). He et al. (2015). */
export function heNormal(): Initializer {
  return named('heNormal', { scale: 2, mode: 'fanIn', distribution: 'normal' })
}

/** Uniform between ±√(3 / fanIn). LeCun et al. (1998). */
export function lecunUniform(): Initializer {
  return named('lecunUniform', { scale: 1, mode: 'fanIn', distribution: 'uniform' })
}

/** Truncated normal of deviation √(1 / fanIn). LeCun et al. (1998). */
export function lecunNormal(): Initializer {
  return named('lecunNormal', { scale: 1, mode: 'fanIn', distribution: 'normal' })
}

function named(className: string, options: Required<VarianceScalingOptions>): Initializer {
  return { className, config: {}, draw: scaled(options) }
}

function scaled({ scale, mode, distribution }: Required<VarianceScalingOptions>): Initializer['draw'] {
  return (shape, key) => {
    const { fanIn, fanOut } = fansOf(shape)
    const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode]
    const variance = scale / Math.max(1, fan)
    if (distribution === 'normal') return drawTruncated(sizeOf(shape), key, 0, Math.sqrt(variance))
    const limit = Math.sqrt(3 * variance)
    return drawUniform(sizeOf(shape), key, -limit, limit)
  }
}

/**
 * Inputs and outputs of one unit, as Keras 2 counts them: rows and columns of a matrix; channels × receptive field of
 * a kernel `[..., in, out]`; the root of the size for anything else.
 */
export function fansOf(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: Math.sqrt(sizeOf(shape)), fanOut: Math.sqrt(sizeOf(shape)) }
  const field = sizeOf(shape.slice(0, -2))
  const [channelsIn, channelsOut] = shape.slice(-2) as [number, number]
  return { fanIn: field * channelsIn, fanOut: field * channelsOut }
}
