import type { Node } from '../graph/node.ts'
import { clip, softmax, softplus } from '../graph/ops/compose.ts'
import { abs, add, div, erf, exp, greater, mul, relu, select, sigmoid, tanh } from '../graph/ops/elementwise.ts'
import { lookUp } from '../names.ts'

/** A function of the pre-activations `[samples, ...]` that keeps their shape. */
export type ActivationFunction = (x: Node) => Node

/** The activations that can be named. */
export type ActivationName =
  | 'linear'
  | 'relu'
  | 'sigmoid'
  | 'tanh'
  | 'softmax'
  | 'softplus'
  | 'softsign'
  | 'elu'
  | 'selu'
  | 'hardSigmoid'
  | 'gelu'
  | 'swish'
  | 'leakyRelu'
  | 'exponential'

const table: Readonly<Record<ActivationName, ActivationFunction>> = {
  linear: (x) => x,
  relu,
  sigmoid,
  tanh,
  softmax,
  softplus,
  softsign: (x) => div(x, add(abs(x), 1)),
  elu: (x) => elu(x, 1),
  selu: (x) => mul(elu(x, seluAlpha), seluScale),
  // Keras's: 0.2 x + 0.5 limited to [0, 1].
  hardSigmoid: (x) => clip(add(mul(x, 0.2), 0.5), 0, 1),
  gelu: (x) => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1)),
  swish: (x) => mul(x, sigmoid(x)),
  leakyRelu: (x) => select(greater(x, 0), x, mul(x, leakySlope)),
  exponential: exp,
}

/** Slope below zero that Keras 2's LeakyReLU layer has by default. */
const leakySlope = 0.3

// Klambauer et al.: "Self-normalizing neural networks" (2017), equations 14.
const seluAlpha = 1.6732632423543772
const seluScale = 1.0507009873554805

function elu(x: Node, alpha: number): Node {
  const positive = greater(x, 0)
  // The exponential of a large x would be infinite, and its gradient, though not taken, NaN.
  const negative = select(positive, 0, x)
  return select(positive, x, mul(add(exp(negative), -1), alpha))
}

/** The function of that name, or the function itself; throws `unknown-name` with the nearest known one. */
export function activationFunction(activation: ActivationName | ActivationFunction): ActivationFunction {
  return typeof activation === 'function' ? activation : lookUp('activation', activation, table)
}
