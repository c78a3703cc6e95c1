import type { Node } from '../graph/node.ts'
import { add, max, mul, reduceMax, reduceSum, square, sub } from '../graph/ops.ts'
import { defineLoss } from './define-loss.ts'
import type { Loss } from './loss.ts'

/** By how much a prediction misses the margin of 1; where it lies exactly on it, half the gradient passes. */
const shortfall = (targets: Node, predictions: Node): Node => max(sub(1, mul(targets, predictions)), 0)

/** The mean of max(1 − target · prediction, 0); targets are −1 or 1. */
export function hinge(): Loss {
  return defineLoss('hinge', shortfall)
}

/** The mean of max(1 − target · prediction, 0)²; targets are −1 or 1. */
export function squaredHinge(): Loss {
  return defineLoss('squaredHinge', (targets, predictions) => square(shortfall(targets, predictions)))
}

/**
 * max(1 + the largest wrong score − the right one, 0) over the last axis; targets are one-hot. As in Keras a wrong
 * score counts as (1 − target) · prediction, so the right class takes part with 0.
 */
export function categoricalHinge(): Loss {
  return defineLoss(
    'categoricalHinge',
    (targets, predictions) => {
      const right = reduceSum(mul(targets, predictions), { axes: [-1] })
      const wrong = reduceMax(mul(sub(1, targets), predictions), { axes: [-1] })
      return max(add(sub(wrong, right), 1), 0)
    },
    { categorical: true },
  )
}
