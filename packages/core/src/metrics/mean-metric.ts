import type { Node } from '../graph/node.ts'
import { concat, mul, reduceSum, reshape } from '../graph/ops.ts'
import { withScope } from '../graph/scope.ts'
import type { Loss } from '../losses/loss.ts'
import { sampleMean } from '../losses/targets.ts'
import type { Metric, MetricFunction } from './metric.ts'

/** The weighted mean over the samples of what `formula` gives per sample or per element; NaN while no weight is above 0. */
export function meanMetric(name: string, formula: MetricFunction): Metric {
  return {
    name,
    sums: (targets, predictions, weights) =>
      withScope(name, () => {
        const values = sampleMean(formula(targets, predictions), predictions.shape[0])
        return vector([reduceSum(mul(values, weights)), reduceSum(weights)])
      }),
    result: ([sum, weight]) => (sum as number) / (weight as number),
  }
}

/** A loss as a figure, e.g. the error beside the crossentropy that is trained on. Its key is Keras' name of the loss. */
export function lossMetric(loss: Loss, name: string = snakeCase(loss.name)): Metric {
  return meanMetric(name, (targets, predictions) => loss.perSample(targets, predictions))
}

/** `meanSquaredError` as Keras writes it: `mean_squared_error`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Scalars and vectors joined to one vector. */
export function vector(parts: readonly Node[]): Node {
  return concat(
    parts.map((part) => reshape(part, [-1])),
    0,
  )
}
