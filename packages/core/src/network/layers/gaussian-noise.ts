import { add, mul } from '../../graph/ops/elementwise.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { numberWithin } from '../option-checks.ts'

/** Options of {@link gaussianNoise}. */
export interface GaussianNoiseOptions {
  /** Standard deviation of the noise. */
  readonly stddev: number
}

/** While training, adds normally distributed noise of mean 0; otherwise does nothing. */
export const gaussianNoise: LayerFactory<GaussianNoiseOptions> = defineLayer(
  'GaussianNoise',
  (options: GaussianNoiseOptions) => {
    const stddev = numberWithin('gaussianNoise', 'stddev', options.stddev, 0, Number.POSITIVE_INFINITY)
    return {
      config: { stddev },
      call: ([x], _weights, context) => (context.training ? add(x, mul(context.random('normal', x.shape), stddev)) : x),
    }
  },
)
