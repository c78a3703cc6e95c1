import { abs, add, div, max, mul, sub } from '../graph/ops.ts'
import { defineLearner, type LearnerOptions } from './define-learner.ts'
import type { Learner } from './learner.ts'
import { checkFraction, checkNotNegative, profileOf, settingsOf } from './settings.ts'

/** Options of {@link adamax}. */
export interface AdamaxOptions extends LearnerOptions {
  readonly profile?: 'keras2' | 'keras3'
  /** Decay rate of the mean gradient. Default 0.9. */
  readonly beta1?: number
  /** Decay rate of the largest gradient. Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8 (`keras2`) or 1e-7 (`keras3`). */
  readonly epsilon?: number
}

const profiles = {
  keras2: { learningRate: 0.002, epsilon: 1e-8 },
  keras3: { learningRate: 0.001, epsilon: 1e-7 },
}

/**
 * Adam with the maximum norm (Kingma & Ba, 2014, section 7): m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g|),
 * p ← p − lr / (1 − β₁ᵗ) · m / (u + ε), lr 0.002 (Keras 2.0.4) or 0.001 (`keras3`).
 */
export function adamax(options: AdamaxOptions = {}): Learner {
  const { profile = 'keras2' } = options
  const { learningRate, ...defaults } = profileOf('adamax', profile, profiles)
  const settings = settingsOf('adamax', options, { profile, beta1: 0.9, beta2: 0.999, ...defaults })
  checkFraction('adamax', settings, 'beta1', 'beta2')
  checkNotNegative('adamax', settings, 'epsilon')
  const { beta1, beta2, epsilon } = settings
  return defineLearner({
    name: 'adamax',
    options,
    defaultLearningRate: learningRate,
    settings,
    slots: [
      { name: 'mean', initial: 0 },
      { name: 'largest', initial: 0 },
    ],
    hyperparameters: ({ step }, rate) => ({ stepSize: rate / (1 - beta1 ** (step + 1)) }),
    rule: ({ parameter, gradient, slot, hyperparameter }) => {
      const mean = add(mul(beta1, slot('mean')), mul(1 - beta1, gradient))
      const largest = max(mul(beta2, slot('largest')), abs(gradient))
      const step = div(mul(hyperparameter('stepSize'), mean), add(largest, epsilon))
      return { parameter: sub(parameter, step), slots: { mean, largest } }
    },
  })
}
