import { type Node, type Shape, shapeError } from '../../graph/node.ts'
import { add, div, mul, sqrt, sub } from '../../graph/ops/elementwise.ts'
import { reshape } from '../../graph/ops/shape.ts'
import { type InitializerOption, initializerOf } from '../initializers.ts'
import type { WeightSpec } from '../layer.ts'
import { numberWithin } from '../option-checks.ts'
import { type Regularizer, regularizerOf } from '../regularizers.ts'

/** Options that the normalisations share. */
export interface NormalizationOptions {
  /** The axis whose elements are scaled one by one; the batch axis is 0. Default −1, the last: channels, features. */
  readonly axis?: number
  /** Added to the variance; default 0.001. */
  readonly epsilon?: number
  /** Whether there is an offset `beta`; default true. */
  readonly center?: boolean
  /** Whether there is a factor `gamma`; default true. */
  readonly scale?: boolean
  /** Default `zeros`. */
  readonly betaInitializer?: InitializerOption
  /** Default `ones`. */
  readonly gammaInitializer?: InitializerOption
  readonly betaRegularizer?: Regularizer
  readonly gammaRegularizer?: Regularizer
}

/** {@link NormalizationOptions} with names looked up and defaults filled in. */
export interface NormalizationParts {
  readonly config: Readonly<Record<string, unknown>>
  /** The axis, counted from 0 with the batch axis; throws where the samples have no such axis. */
  axisIn(sampleShape: Shape): number
  gamma(length: number): WeightSpec | undefined
  beta(length: number): WeightSpec | undefined
  /** (x − mean) / √(variance + epsilon) · gamma + beta; all but x along the axis or shaped to broadcast. */
  normalize(x: Node, moments: { mean: Node; variance: Node }, gamma: Node | undefined, beta: Node | undefined): Node
}

export function normalizationParts(maker: string, options: NormalizationOptions): NormalizationParts {
  const { axis = -1, center = true, scale = true } = options
  const epsilon = numberWithin(maker, 'epsilon', options.epsilon ?? 1e-3, 0, Number.POSITIVE_INFINITY)
  const betaInitializer = initializerOf(options.betaInitializer ?? 'zeros')
  const gammaInitializer = initializerOf(options.gammaInitializer ?? 'ones')
  const [betaRegularizer, gammaRegularizer] = [options.betaRegularizer, options.gammaRegularizer].map(regularizerOf)
  const initializers = {
    betaInitializer,
    gammaInitializer,
  }
  const spec = (length: number, initializer: typeof betaInitializer, regularizer: Regularizer | undefined) =>
    ({ shape: [length], initializer, kind: 'parameter', regularizer }) as const
  return {
    config: { axis, epsilon, center, scale, ...initializers, betaRegularizer, gammaRegularizer },
    axisIn(shape) {
      const at = axis < 0 ? axis + shape.length + 1 : axis
      if (Number.isInteger(at) && at >= 1 && at <= shape.length) return at
      throw shapeError(
        `${maker} along axis ${axis} of samples`,
        [shape],
        'expected one of their axes, 1 or more, or −1 for the last',
      )
    },
    gamma: (length) => (scale ? spec(length, gammaInitializer, gammaRegularizer) : undefined),
    beta: (length) => (center ? spec(length, betaInitializer, betaRegularizer) : undefined),
    normalize(x, { mean, variance }, gamma, beta) {
      const deviation = sqrt(add(variance, epsilon))
      const scaled = mul(sub(x, mean), gamma === undefined ? div(1, deviation) : div(gamma, deviation))
      return beta === undefined ? scaled : add(scaled, beta)
    },
  }
}

/** A vector as a tensor of `rank` axes that broadcasts along `axis`. */
export function along(vector: Node, axis: number, rank: number): Node {
  const shape = Array.from({ length: rank }, (_, index) => (index === axis ? (vector.shape[0] as number) : 1))
  return reshape(vector, shape)
}
