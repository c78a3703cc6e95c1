import type { Node, Shape } from '../../graph/node.ts'
import { moments } from '../../graph/ops/reduce.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { type InitializerOption, initializerOf } from '../initializers.ts'
import { numberWithin } from '../option-checks.ts'
import { along, type NormalizationOptions, normalizationParts } from './normalization.ts'

/** Options of {@link batchNormalization}. */
export interface BatchNormalizationOptions extends NormalizationOptions {
  /** How much of the running statistics stays at each update; default 0.99. */
  readonly momentum?: number
  /** Default `zeros`. */
  readonly movingMeanInitializer?: InitializerOption
  /** Default `ones`. */
  readonly movingVarianceInitializer?: InitializerOption
}

/**
 * Brings each channel to mean 0 and variance 1, then scales and shifts it: while training by the batch's own mean and
 * population variance, which move the running ones; otherwise, and where `trainable` is false, by the running ones.
 * Ioffe and Szegedy (2015). In data-parallel training the batch is the rank's own part.
 */
export const batchNormalization: LayerFactory<BatchNormalizationOptions> = defineLayer(
  'BatchNormalization',
  (options: BatchNormalizationOptions) => {
    const momentum = numberWithin('batchNormalization', 'momentum', options.momentum ?? 0.99, 0, 1)
    const movingMeanInitializer = initializerOf(options.movingMeanInitializer ?? 'zeros')
    const movingVarianceInitializer = initializerOf(options.movingVarianceInitializer ?? 'ones')
    const parts = normalizationParts('batchNormalization', options)
    return {
      config: {
        momentum,
        ...parts.config,
        movingMeanInitializer,
        movingVarianceInitializer,
      },
      weights: ([shape]: readonly [Shape, ...Shape[]]) => {
        const length = shape[parts.axisIn(shape) - 1] as number
        return {
          gamma: parts.gamma(length),
          beta: parts.beta(length),
          movingMean: { shape: [length], initializer: movingMeanInitializer, kind: 'statistic' },
          movingVariance: { shape: [length], initializer: movingVarianceInitializer, kind: 'statistic' },
        }
      },
      call: ([x], { gamma, beta, movingMean, movingVariance }, context) => {
        const rank = x.shape.length
        const axis = parts.axisIn(x.shape.slice(1))
        let used = { mean: movingMean, variance: movingVariance }
        if (context.training && context.trainable) {
          used = moments(x, { axes: x.shape.map((_, index) => index).filter((index) => index !== axis) })
          context.updateStatistic('movingMean', used.mean, momentum)
          context.updateStatistic('movingVariance', used.variance, momentum)
        }
        const shaped = (vector: Node): Node => along(vector, axis, rank)
        const statistics = { mean: shaped(used.mean), variance: shaped(used.variance) }
        return parts.normalize(x, statistics, gamma && shaped(gamma), beta && shaped(beta))
      },
    }
  },
)
