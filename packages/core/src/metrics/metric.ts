import type { Node } from '../graph/node.ts'

/** A figure over a data set, computed from sums, so that parts of the data can be added up in any grouping. */
export interface Metric {
  /** The key in logs and History, e.g. `acc`. */
  readonly name: string
  /**
   * The sums over one batch, float32 `[k]`. `weights` is `[samples]`: ones, or the sample weights for weighted metrics.
   * Targets as the output's loss takes them (`dense`: float32 of the output's shape; `sparse`: int32 class numbers).
   */
  sums(targets: Node, predictions: Node, weights: Node): Node
  /** The figure from the total sums (float64, `[k]`). */
  result(sums: Float64Array): number
}

/** A metric of one's own: a value per sample or per element; its weighted mean is reported. */
export type MetricFunction = (targets: Node, predictions: Node) => Node
