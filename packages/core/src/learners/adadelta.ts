import { add, div, mul, sqrt, square, sub } from '../graph/ops.ts'
import { defineLearner, type LearnerOptions } from './define-learner.ts'
import type { Learner } from './learner.ts'
import { checkFraction, checkNotNegative, profileOf, settingsOf } from './settings.ts'

/** Options of {@link adadelta}. */
export interface AdadeltaOptions extends LearnerOptions {
  readonly profile?: 'keras2' | 'keras3'
  /** Decay rate of both running means. Default 0.95. */
  readonly rho?: number
  /** Default 1e-8 (`keras2`) or 1e-7 (`keras3`). */
  readonly epsilon?: number
}

const profiles = {
  keras2: { learningRate: 1, epsilon: 1e-8 },
  keras3: { learningRate: 0.001, epsilon: 1e-7 },
}

/**
 * Steps as large as earlier ones were (Zeiler, 2012): a ← ρa + (1 − ρ)g², u = g · √(d + ε) / √(a + ε), p ← p − lr · u,
 * d ← ρd + (1 − ρ)u². Keras 2.0.4 and CNTK have lr 1 and ε 1e-8; the profile `keras3` has lr 0.001 and ε 1e-7, with
 * which the examples of Keras 2 hardly learn. There is no profile `tfjs`: up to 4.22.0 TensorFlow.js divides by `a` from
 * before the step, which makes the first step a plain lr · g and is no Adadelta.
 */
export function adadelta(options: AdadeltaOptions = {}): Learner {
  const { profile = 'keras2' } = options
  const { learningRate, epsilon: defaultEpsilon } = profileOf('adadelta', profile, profiles)
  const settings = settingsOf('adadelta', options, { profile, rho: 0.95, epsilon: defaultEpsilon })
  checkFraction('adadelta', settings, 'rho')
  checkNotNegative('adadelta', settings, 'epsilon')
  const { rho, epsilon } = settings
  return defineLearner({
    name: 'adadelta',
    options,
    defaultLearningRate: learningRate,
    settings,
    slots: [
      { name: 'meanSquare', initial: 0 },
      { name: 'meanSquareStep', initial: 0 },
    ],
    rule: ({ parameter, gradient, slot, hyperparameter }) => {
      const meanSquare = add(mul(rho, slot('meanSquare')), mul(1 - rho, square(gradient)))
      // One root of the quotient in place of two roots: cheaper, and one rounding less.
      const scale = sqrt(div(add(slot('meanSquareStep'), epsilon), add(meanSquare, epsilon)))
      const step = mul(gradient, scale)
      const meanSquareStep = add(mul(rho, slot('meanSquareStep')), mul(1 - rho, square(step)))
      return {
        parameter: sub(parameter, mul(hyperparameter('learningRate'), step)),
        slots: { meanSquare, meanSquareStep },
      }
    },
  })
}
