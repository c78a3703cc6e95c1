import { requireArgument } from '../arguments.ts'
import type { Shape } from '../graph/node.ts'
import type { Loss } from '../losses/loss.ts'
import { lossesByName } from '../losses/resolve.ts'
import { lookUp } from '../names.ts'
import { binaryAccuracy, categoricalAccuracy, sparseCategoricalAccuracy } from './accuracy.ts'
import { auc } from './auc.ts'
import { lossMetric, meanMetric } from './mean-metric.ts'
import type { Metric, MetricFunction } from './metric.ts'
import { precision, recall } from './precision-recall.ts'
import { sparseTopKCategoricalAccuracy, topKCategoricalAccuracy } from './top-k.ts'

/** The output that a metric is asked for. */
export interface MeasuredOutput {
  readonly loss: Loss
  /** Without the sample axis. */
  readonly outputShape: Shape
}

const metricsByName: Readonly<Record<string, (output: MeasuredOutput) => Metric>> = {
  accuracy,
  acc: accuracy,
  binaryAccuracy: () => binaryAccuracy(),
  categoricalAccuracy: () => categoricalAccuracy(),
  sparseCategoricalAccuracy: () => sparseCategoricalAccuracy(),
  topKCategoricalAccuracy: () => topKCategoricalAccuracy(),
  sparseTopKCategoricalAccuracy: () => sparseTopKCategoricalAccuracy(),
  precision: () => precision(),
  recall: () => recall(),
  auc: () => auc(),
  ...Object.fromEntries(Object.entries(lossesByName).map(([name, make]) => [name, () => lossMetric(make())])),
}

/**
 * The metric meant: one by name (every loss is one too), a function of one's own, whose weighted mean is reported under
 * its name, or a {@link Metric}. Keys in logs are Keras 2.0.4's: `acc` for `accuracy`, else its name of the function,
 * e.g. `mean_squared_error` for `mse`. Throws `unknown-name` with the nearest name.
 */
export function resolveMetric(spec: string | MetricFunction | Metric, output: MeasuredOutput): Metric {
  if (typeof spec === 'string') return lookUp('metric', spec, metricsByName)(output)
  if (typeof spec === 'function') return meanMetric(spec.name === '' ? 'metric' : spec.name, spec)
  requireArgument('metrics', 'metric', spec, typeof spec?.sums === 'function', 'a name, a function or a Metric')
  return spec
}

/** Keras' reading of `accuracy`: by the kind of the labels, the size of the output and the loss. */
function accuracy({ loss, outputShape }: MeasuredOutput): Metric {
  const name = 'acc'
  if (loss.targets === 'sparse') return sparseCategoricalAccuracy({ name })
  const binary = (outputShape.at(-1) ?? 1) === 1 || loss.name === 'binaryCrossentropy'
  if (!binary) return categoricalAccuracy({ name })
  return binaryAccuracy({ name, threshold: loss.fromLogits === true ? 0 : 0.5 })
}
