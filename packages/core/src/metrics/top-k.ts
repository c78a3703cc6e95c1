import { wholeNumber } from '../arguments.ts'
import type { Node } from '../graph/node.ts'
import { argmax, cast, greater, lessEqual, mul, oneHot, reduceSum } from '../graph/ops.ts'
import { requireTargets } from '../losses/targets.ts'
import { meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'

/** Options of the top-k accuracies. */
export interface TopKOptions {
  /** 5 by default. */
  readonly k?: number
  /** The key in logs; Keras' name of the metric by default. */
  readonly name?: string
}

/** The share of rows (over the last axis) of which fewer than `k` classes score higher than the target's maximum. */
export function topKCategoricalAccuracy({ k = 5, name = 'top_k_categorical_accuracy' }: TopKOptions = {}): Metric {
  wholeNumber('topKCategoricalAccuracy', 'k', k, 1)
  return meanMetric(name, (targets, predictions) => {
    requireTargets('dense', targets, predictions)
    return withinTop(k, argmax(targets), predictions)
  })
}

/** The share of rows (over the last axis) of which fewer than `k` classes score higher than the target's. */
export function sparseTopKCategoricalAccuracy({
  k = 5,
  name = 'sparse_top_k_categorical_accuracy',
}: TopKOptions = {}): Metric {
  wholeNumber('sparseTopKCategoricalAccuracy', 'k', k, 1)
  return meanMetric(name, (targets, predictions) => {
    requireTargets('sparse', targets, predictions)
    return withinTop(k, targets, predictions)
  })
}

function withinTop(k: number, classes: Node, predictions: Node): Node {
  const count = predictions.shape.at(-1) as number
  const score = reduceSum(mul(oneHot(classes, count), predictions), { axes: [-1], keepDims: true })
  // Counting the scores that are not higher makes a row with a NaN a miss.
  const notHigher = reduceSum(cast(lessEqual(predictions, score), 'float32'), { axes: [-1] })
  return cast(greater(notHigher, count - k), 'float32')
}
