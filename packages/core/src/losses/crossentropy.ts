import { requireArgument } from '../arguments.ts'
import type { Node } from '../graph/node.ts'
import { add, clip, div, log, logSoftmax, mul, neg, oneHot, reduceSum, softplus, sub } from '../graph/ops.ts'
import { defineLoss } from './define-loss.ts'
import type { Loss } from './loss.ts'
import { epsilon } from './targets.ts'

/** Options of the crossentropies. */
export interface CrossentropyOptions {
  /** Predictions are logits: no softmax or sigmoid before the loss. More exact, and never without a gradient. */
  readonly fromLogits?: boolean
  /** The share (0 ≤ share < 1) of each target that is spread evenly over all classes; 0 by default. */
  readonly labelSmoothing?: number
}

/**
 * −Σ target · log probability over the last axis, as in Keras 2.0.4: probabilities are divided by their sum, then
 * limited to [1e-7, 1 − 1e-7], outside of which there is no gradient.
 */
export function categoricalCrossentropy(options: CrossentropyOptions = {}): Loss {
  const { fromLogits, labelSmoothing } = checked('categoricalCrossentropy', options)
  const logarithms = fromLogits ? logSoftmax : (x: Node): Node => log(limited(div(x, total(x))))
  return defineLoss(
    'categoricalCrossentropy',
    (targets, predictions) => crossentropy(smoothed(targets, labelSmoothing), logarithms(predictions)),
    { categorical: true, fromLogits },
  )
}

/**
 * The categorical crossentropy of int32 class numbers. As in Keras 2.0.4 probabilities are first limited to
 * [1e-7, 1 − 1e-7] and then divided by their sum, the other way round than for one-hot targets.
 */
export function sparseCategoricalCrossentropy(options: CrossentropyOptions = {}): Loss {
  const { fromLogits, labelSmoothing } = checked('sparseCategoricalCrossentropy', options)
  const logarithms = fromLogits ? logSoftmax : (x: Node): Node => log(div(limited(x), total(limited(x))))
  return defineLoss(
    'sparseCategoricalCrossentropy',
    (targets, predictions) => {
      const rows = oneHot(targets, predictions.shape.at(-1) as number)
      return crossentropy(smoothed(rows, labelSmoothing), logarithms(predictions))
    },
    { targets: 'sparse', fromLogits },
  )
}

/**
 * The mean of −target · log p − (1 − target) · log(1 − p). Probabilities are limited to [1e-7, 1 − 1e-7], outside of
 * which there is no gradient.
 */
export function binaryCrossentropy(options: CrossentropyOptions = {}): Loss {
  const { fromLogits, labelSmoothing } = checked('binaryCrossentropy', options)
  const formula = fromLogits ? binaryFromLogits : binaryFromProbabilities
  return defineLoss(
    'binaryCrossentropy',
    (targets, predictions) => formula(smoothed(targets, labelSmoothing, 2), predictions),
    { fromLogits },
  )
}

function binaryFromProbabilities(targets: Node, predictions: Node): Node {
  const p = limited(predictions)
  return neg(add(mul(targets, log(p)), mul(sub(1, targets), log(sub(1, p)))))
}

function binaryFromLogits(targets: Node, predictions: Node): Node {
  return sub(softplus(predictions), mul(targets, predictions))
}

const limited = (x: Node): Node => clip(x, epsilon, 1 - epsilon)
const total = (x: Node): Node => reduceSum(x, { axes: [-1], keepDims: true })
const crossentropy = (targets: Node, logarithms: Node): Node => neg(reduceSum(mul(targets, logarithms), { axes: [-1] }))

function smoothed(targets: Node, share: number, classes: number = targets.shape.at(-1) as number): Node {
  return share === 0 ? targets : add(mul(targets, 1 - share), share / classes)
}

function checked(name: string, options: CrossentropyOptions): Required<CrossentropyOptions> {
  const { fromLogits = false, labelSmoothing = 0 } = options
  const fits = labelSmoothing >= 0 && labelSmoothing < 1
  requireArgument(name, 'labelSmoothing', labelSmoothing, fits, 'a number from 0 to below 1')
  return { fromLogits, labelSmoothing }
}
