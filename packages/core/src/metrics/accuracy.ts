import { argmax, cast, equal, greater } from '../graph/ops.ts'
import { requireTargets } from '../losses/targets.ts'
import { meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'

/** Options of {@link binaryAccuracy}. */
export interface BinaryAccuracyOptions {
  /** What a prediction must exceed to count as 1; 0.5 by default, 0 fits logits. */
  readonly threshold?: number
  /** The key in logs; `binary_accuracy` by default. */
  readonly name?: string
}

/** The share of elements whose target, 0 or 1, is what the prediction says. */
export function binaryAccuracy({ threshold = 0.5, name = 'binary_accuracy' }: BinaryAccuracyOptions = {}): Metric {
  return meanMetric(name, (targets, predictions) => {
    requireTargets('dense', targets, predictions)
    return cast(equal(targets, cast(greater(predictions, threshold), 'float32')), 'float32')
  })
}

/** Options of the accuracies. */
export interface AccuracyOptions {
  /** The key in logs; Keras' name of the metric by default. */
  readonly name?: string
}

/** The share of rows (over the last axis) whose first maximum is where the target's is. */
export function categoricalAccuracy({ name = 'categorical_accuracy' }: AccuracyOptions = {}): Metric {
  return meanMetric(name, (targets, predictions) => {
    requireTargets('dense', targets, predictions)
    return cast(equal(argmax(targets), argmax(predictions)), 'float32')
  })
}

/** The share of rows (over the last axis) whose first maximum is at the target, an int32 class number. */
export function sparseCategoricalAccuracy({ name = 'sparse_categorical_accuracy' }: AccuracyOptions = {}): Metric {
  return meanMetric(name, (targets, predictions) => {
    requireTargets('sparse', targets, predictions)
    return cast(equal(targets, argmax(predictions)), 'float32')
  })
}
