import type { Node } from '../graph/node.ts'
import { add, clip, div, log, max, mul, neg, reduceSum, sqrt, square, sub } from '../graph/ops.ts'
import { defineLoss } from './define-loss.ts'
import type { Loss } from './loss.ts'
import { epsilon } from './targets.ts'

/** Σ target · log(target / prediction) over the last axis, both limited to [1e-7, 1]. */
export function kullbackLeiblerDivergence(): Loss {
  return defineLoss('kullbackLeiblerDivergence', (targets, predictions) => {
    const [t, p] = [clip(targets, epsilon, 1), clip(predictions, epsilon, 1)]
    return reduceSum(mul(t, log(div(t, p))), { axes: [-1] })
  })
}

/** The mean of prediction − target · log(prediction + 1e-7): for counts, up to a constant of the targets. */
export function poisson(): Loss {
  return defineLoss('poisson', (targets, predictions) => sub(predictions, mul(targets, log(add(predictions, epsilon)))))
}

/**
 * −mean over the last axis of the product of both vectors scaled to length 1, as in Keras 2.0.4: the cosine divided by
 * −(the axis' extent). Later versions of Keras sum instead.
 */
export function cosineProximity(): Loss {
  return defineLoss('cosineProximity', (targets, predictions) => neg(mul(normalised(targets), normalised(predictions))))
}

/** The vectors of the last axis at length 1; those shorter than 1e-6 are divided by 1e-6, as TensorFlow does. */
function normalised(x: Node): Node {
  const squaredLength = reduceSum(square(x), { axes: [-1], keepDims: true })
  return div(x, sqrt(max(squaredLength, 1e-12)))
}
