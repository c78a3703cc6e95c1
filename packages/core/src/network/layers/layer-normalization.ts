import type { Node, Shape } from '../../graph/node.ts'
import { moments } from '../../graph/ops/reduce.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { along, type NormalizationOptions, normalizationParts } from './normalization.ts'

/**
 * Brings the elements along one axis of each sample to mean 0 and population variance 1, then scales and shifts them
 * one by one. Ba, Kiros, Hinton (2016).
 */
export const layerNormalization: LayerFactory<NormalizationOptions> = defineLayer(
  'LayerNormalization',
  (options: NormalizationOptions) => {
    const parts = normalizationParts('layerNormalization', options)
    return {
      config: parts.config,
      weights: ([shape]: readonly [Shape, ...Shape[]]) => {
        const length = shape[parts.axisIn(shape) - 1] as number
        return { gamma: parts.gamma(length), beta: parts.beta(length) }
      },
      call: ([x], { gamma, beta }) => {
        const axis = parts.axisIn(x.shape.slice(1))
        const shaped = (vector: Node): Node => along(vector, axis, x.shape.length)
        const own = moments(x, { axes: [axis], keepDims: true })
        return parts.normalize(x, own, gamma && shaped(gamma), beta && shaped(beta))
      },
    }
  },
)
