import { positiveNumber } from '../arguments.ts'
import { abs, add, div, exp, log, max, min, mul, square, sub } from '../graph/ops.ts'
import { defineLoss } from './define-loss.ts'
import type { Loss } from './loss.ts'
import { epsilon } from './targets.ts'

/** The mean of (prediction − target)². */
export function meanSquaredError(): Loss {
  return defineLoss('meanSquaredError', (targets, predictions) => square(sub(predictions, targets)))
}

/** The mean of |prediction − target|; no gradient where they are equal. */
export function meanAbsoluteError(): Loss {
  return defineLoss('meanAbsoluteError', (targets, predictions) => abs(sub(predictions, targets)))
}

/** 100 times the mean of |target − prediction| / max(|target|, 1e-7). */
export function meanAbsolutePercentageError(): Loss {
  return defineLoss('meanAbsolutePercentageError', (targets, predictions) =>
    mul(abs(div(sub(targets, predictions), max(abs(targets), epsilon))), 100),
  )
}

/** The mean of (log(1 + prediction) − log(1 + target))², both taken as at least 1e-7. */
export function meanSquaredLogarithmicError(): Loss {
  return defineLoss('meanSquaredLogarithmicError', (targets, predictions) => {
    const [first, second] = [predictions, targets].map((value) => log(add(max(value, epsilon), 1)))
    return square(sub(first as typeof targets, second as typeof targets))
  })
}

/** The mean of log cosh(prediction − target): half the square near 0, the absolute error less log 2 far away. */
export function logcosh(): Loss {
  return defineLoss('logcosh', (targets, predictions) => {
    const error = abs(sub(predictions, targets))
    // Keras 2.0.4 takes log((e^x + e^-x) / 2) literally, which overflows from an error of 89 on; this is the same value.
    return sub(add(error, log(add(exp(mul(error, -2)), 1))), Math.LN2)
  })
}

/** Options of {@link huber}. */
export interface HuberOptions {
  /** The error from which on the loss is linear; 1 by default. */
  readonly delta?: number
}

/** The mean of e²/2 where |e| ≤ delta and of delta · (|e| − delta / 2) beyond, e = prediction − target. */
export function huber({ delta = 1 }: HuberOptions = {}): Loss {
  positiveNumber('huber', 'delta', delta)
  return defineLoss('huber', (targets, predictions) => {
    const error = abs(sub(predictions, targets))
    const limited = min(error, delta)
    return mul(limited, sub(error, mul(limited, 0.5)))
  })
}
