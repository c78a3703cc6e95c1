import type { Shape } from '../../graph/node.ts'
import { cast, mul } from '../../graph/ops/elementwise.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { invalidOption, numberWithin } from '../option-checks.ts'

/** Options of {@link dropout}. */
export interface DropoutOptions {
  /** Fraction of the elements that are set to zero while training, from 0 to 1; at 0 and at 1 none are, as in Keras 2. */
  readonly rate: number
  /** Shape of the mask for one sample, with 1 on axes that share it. Default: the input's shape. */
  readonly noiseShape?: Shape
}

/** While training, zeroes elements at random and scales the others by 1 / (1 − rate); otherwise does nothing. */
export const dropout: LayerFactory<DropoutOptions> = defineLayer('Dropout', (options: DropoutOptions) => {
  const rate = numberWithin('dropout', 'rate', options.rate, 0, 1)
  const { noiseShape } = options
  return {
    config: { rate, noiseShape },
    call: ([x], _weights, context) => {
      if (!context.training || rate === 0 || rate === 1) return x
      const [samples, ...shape] = x.shape as [number, ...number[]]
      const maskShape = noiseShape ?? shape
      if (
        maskShape.length !== shape.length ||
        maskShape.some((extent, axis) => extent !== 1 && extent !== shape[axis])
      ) {
        throw invalidOption(
          'dropout',
          'noiseShape',
          maskShape,
          `for each axis of ${JSON.stringify(shape)} its extent or 1`,
        )
      }
      const keep = 1 - rate
      const mask = context.random('bernoulli', [samples, ...maskShape], { probability: keep })
      return mul(x, mul(cast(mask, 'float32'), 1 / keep))
    },
  }
})
