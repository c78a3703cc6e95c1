import type { Node } from '../node.ts'
import { abs, add, div, exp, log, max, min, mul, neg, stopGradient, sub } from './elementwise.ts'
import { reduceMax, reduceSum } from './reduce.ts'

/** log Σ e^x over the last axis, which stays with extent 1; shifted by the maximum so that nothing overflows. */
export function logSumExp(x: Node): Node {
  const peak = stopGradient(reduceMax(x, { axes: [-1], keepDims: true }))
  return add(log(reduceSum(exp(sub(x, peak)), { axes: [-1], keepDims: true })), peak)
}

/** e^x / Σ e^x over the last axis. */
export function softmax(x: Node): Node {
  const peak = stopGradient(reduceMax(x, { axes: [-1], keepDims: true }))
  const powers = exp(sub(x, peak))
  return div(powers, reduceSum(powers, { axes: [-1], keepDims: true }))
}

/** log softmax over the last axis, without the loss of precision of taking the two one after the other. */
export function logSoftmax(x: Node): Node {
  return sub(x, logSumExp(x))
}

/** log(1 + e^x), stable at both ends. */
export function softplus(x: Node): Node {
  return add(max(x, 0), log(add(exp(neg(abs(x))), 1)))
}

/** x². */
export function square(x: Node): Node {
  return mul(x, x)
}

/** `x` limited to [low, high]; no gradient outside. */
export function clip(x: Node, low: number, high: number): Node {
  return min(max(x, low), high)
}
