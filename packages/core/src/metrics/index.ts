export {
  type AccuracyOptions,
  type BinaryAccuracyOptions,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
} from './accuracy.ts'
export { type AucOptions, auc } from './auc.ts'
export { lossMetric, meanMetric } from './mean-metric.ts'
export type { Metric, MetricFunction } from './metric.ts'
export { precision, recall, type ThresholdOptions } from './precision-recall.ts'
export { type MeasuredOutput, resolveMetric } from './resolve.ts'
export { sparseTopKCategoricalAccuracy, type TopKOptions, topKCategoricalAccuracy } from './top-k.ts'
