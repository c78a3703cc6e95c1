import type { Node } from '../graph/node.ts'
import { mul, reduceSum, sub } from '../graph/ops.ts'
import { withScope } from '../graph/scope.ts'
import { above, type Elements, elementsOf } from './elements.ts'
import { vector } from './mean-metric.ts'
import type { Metric } from './metric.ts'

/** Options of {@link precision} and {@link recall}. */
export interface ThresholdOptions {
  /** What a prediction must exceed to count as positive; 0.5 by default. */
  readonly threshold?: number
  /** Counts only this entry of the last axis. */
  readonly classId?: number
  /** The key in logs. */
  readonly name?: string
}

/** True positives / predicted positives over all elements; 0 when nothing is predicted. Takes class numbers too. */
export function precision({ name = 'precision', ...options }: ThresholdOptions = {}): Metric {
  return hitRate(name, options, ({ negative }, predicted) => mul(negative, predicted))
}

/** True positives / positives over all elements; 0 when there are none. Takes class numbers too. */
export function recall({ name = 'recall', ...options }: ThresholdOptions = {}): Metric {
  return hitRate(name, options, ({ positive }, predicted) => mul(positive, sub(1, predicted)))
}

/** True positives / (true positives + mistakes). */
function hitRate(
  name: string,
  { threshold = 0.5, classId }: ThresholdOptions,
  mistakes: (elements: Elements, predicted: Node) => Node,
): Metric {
  return {
    name,
    sums: (targets, predictions, weights) =>
      withScope(name, () => {
        const elements = elementsOf(name, targets, predictions, weights, classId)
        const predicted = above(elements.scores, threshold)
        return vector([reduceSum(mul(elements.positive, predicted)), reduceSum(mistakes(elements, predicted))])
      }),
    result: ([hits, misses]) => (hits === 0 ? 0 : (hits as number) / ((hits as number) + (misses as number))),
  }
}
