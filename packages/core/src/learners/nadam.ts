import { add, div, mul, sqrt, square, sub } from '../graph/ops.ts'
import { defineLearner, type LearnerOptions } from './define-learner.ts'
import type { Learner } from './learner.ts'
import { checkFraction, checkNotNegative, profileOf, settingsOf } from './settings.ts'

/** Options of {@link nadam}. */
export interface NadamOptions extends LearnerOptions {
  readonly profile?: 'keras2' | 'keras3'
  /** Decay rate of the mean gradient, which it approaches from below. Default 0.9. */
  readonly beta1?: number
  /** Decay rate of the mean square. Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8 (`keras2`) or 1e-7 (`keras3`). */
  readonly epsilon?: number
  /** How fast beta1 is approached. Default 0.004 (`keras2`) or 1 (`keras3`). */
  readonly scheduleDecay?: number
}

const profiles = {
  keras2: { learningRate: 0.002, epsilon: 1e-8, scheduleDecay: 0.004 },
  keras3: { learningRate: 0.001, epsilon: 1e-7, scheduleDecay: 1 },
}

/**
 * Adam with Nesterov's momentum (Dozat, 2015) and the warming schedule μₜ = β₁(1 − ½ · 0.96^(t · scheduleDecay)) as in
 * Keras. With Pₜ = μ₁ … μₜ: p ← p − lr · m̂ / (√v̂ + ε), m̂ = (1 − μₜ)g / (1 − Pₜ) + μₜ₊₁m / (1 − Pₜ₊₁),
 * v̂ = v / (1 − β₂ᵗ); lr 0.002 (Keras 2.0.4) or 0.001 (`keras3`).
 */
export function nadam(options: NadamOptions = {}): Learner {
  const { profile = 'keras2' } = options
  const { learningRate, ...defaults } = profileOf('nadam', profile, profiles)
  const settings = settingsOf('nadam', options, { profile, beta1: 0.9, beta2: 0.999, ...defaults })
  checkFraction('nadam', settings, 'beta1', 'beta2')
  checkNotNegative('nadam', settings, 'epsilon', 'scheduleDecay')
  const { beta1, beta2, epsilon, scheduleDecay } = settings
  const momentumAt = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * scheduleDecay))
  const productAt = runningProduct(momentumAt)
  return defineLearner({
    name: 'nadam',
    options,
    defaultLearningRate: learningRate,
    settings,
    slots: [
      { name: 'mean', initial: 0 },
      { name: 'meanSquare', initial: 0 },
    ],
    hyperparameters: ({ step }, rate) => {
      const [product, next] = [productAt(step + 1), momentumAt(step + 2)]
      return {
        gradientShare: (rate * (1 - momentumAt(step + 1))) / (1 - product),
        meanShare: (rate * next) / (1 - product * next),
        correction: 1 / Math.sqrt(1 - beta2 ** (step + 1)),
      }
    },
    rule: ({ parameter, gradient, slot, hyperparameter }) => {
      const mean = add(mul(beta1, slot('mean')), mul(1 - beta1, gradient))
      const meanSquare = add(mul(beta2, slot('meanSquare')), mul(1 - beta2, square(gradient)))
      const direction = add(mul(hyperparameter('gradientShare'), gradient), mul(hyperparameter('meanShare'), mean))
      const root = add(mul(hyperparameter('correction'), sqrt(meanSquare)), epsilon)
      return { parameter: sub(parameter, div(direction, root)), slots: { mean, meanSquare } }
    },
  })
}

/** factor(1) · … · factor(t) as a function of t that remembers where it was, as steps follow one another. */
function runningProduct(factor: (t: number) => number): (t: number) => number {
  let [at, product] = [0, 1]
  return (t) => {
    if (t < at) [at, product] = [0, 1]
    while (at < t) product *= factor(++at)
    return product
  }
}
