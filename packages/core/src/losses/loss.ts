import type { Node } from '../graph/node.ts'

/** A loss: what each sample of a batch contributes. Sums, denominators and weights are the training loop's. */
export interface Loss {
  readonly name: string
  /** `dense`: targets are float32 of the output's shape. `sparse`: int32 class numbers, without the last axis. */
  readonly targets: 'dense' | 'sparse'
  /** True where the labels must be class probabilities or one-hot rows over the last axis, so that data can be checked. */
  readonly categorical: boolean
  /** True where predictions are logits, which moves the threshold of the metric `accuracy` from 0.5 to 0. */
  readonly fromLogits?: boolean
  /**
   * The loss of each sample, `[samples]`, from targets and predictions `[samples, ...]`.
   */
  perSample(targets: Node, predictions: Node): Node
}

/** A loss of one's own: a float32 value per sample or per element (`[samples, ...]`; the mean over the rest is taken). */
export type LossFunction = (targets: Node, predictions: Node) => Node
