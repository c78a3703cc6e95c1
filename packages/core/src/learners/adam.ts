import { add, div, max, mul, sqrt, square, sub } from '../graph/ops.ts'
import { defineLearner, type LearnerOptions } from './define-learner.ts'
import type { Learner } from './learner.ts'
import { checkFraction, checkNotNegative, profileOf, settingsOf } from './settings.ts'

/** Options of `adam` and `adamW`, profiles aside. */
export interface MomentsOptions extends LearnerOptions {
  /** Decay rate of the mean gradient. Default 0.9. */
  readonly beta1?: number
  /** Decay rate of the mean square. Default 0.999. */
  readonly beta2?: number
  readonly epsilon?: number
  /** Divides by the root of the largest mean square so far (Reddi et al., 2018). Default false. */
  readonly amsgrad?: boolean
}

/** Options of {@link adam}. */
export interface AdamOptions extends MomentsOptions {
  readonly profile?: 'keras2' | 'keras3' | 'tfjs'
  /** Default 1e-8 (`keras2`) or 1e-7. */
  readonly epsilon?: number
}

const profiles = { keras2: { epsilon: 1e-8 }, keras3: { epsilon: 1e-7 }, tfjs: { epsilon: 1e-7 } }

/**
 * Adam (Kingma & Ba, 2014) in the efficient form of its section 2: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
 * p ← p − lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε), lr 0.001 (Keras 2 and 3, which differ in ε alone). The profile
 * `tfjs`, with PyTorch's formula, adds ε to the root of the corrected v instead: smaller steps at first.
 */
export function adam(options: AdamOptions = {}): Learner {
  const { profile = 'keras2' } = options
  const own = { profile, ...profileOf('adam', profile, profiles) }
  return adamLearner('adam', options, { own, correctsEpsilon: profile === 'tfjs' })
}

/** What `adam` and `adamW` have in common; `own` are the options that differ between them. */
export function adamLearner<S extends { readonly epsilon: number }>(
  name: string,
  options: MomentsOptions,
  { own, correctsEpsilon }: { readonly own: S; readonly correctsEpsilon: boolean },
): Learner {
  const settings = settingsOf(name, options, { ...own, beta1: 0.9, beta2: 0.999, amsgrad: false })
  checkFraction(name, settings, 'beta1', 'beta2')
  checkNotNegative(name, settings, 'epsilon')
  const { beta1, beta2, amsgrad, epsilon } = settings
  const slots = ['mean', 'meanSquare', ...(amsgrad ? ['largestMeanSquare'] : [])]
  return defineLearner({
    name,
    options,
    defaultLearningRate: 0.001,
    settings,
    slots: slots.map((slot) => ({ name: slot, initial: 0 })),
    hyperparameters: ({ step }, rate) => {
      const correction = Math.sqrt(1 - beta2 ** (step + 1))
      const stepSize = (rate * correction) / (1 - beta1 ** (step + 1))
      return { stepSize, epsilon: correctsEpsilon ? epsilon * correction : epsilon }
    },
    rule: ({ parameter, gradient, slot, hyperparameter }) => {
      const mean = add(mul(beta1, slot('mean')), mul(1 - beta1, gradient))
      const meanSquare = add(mul(beta2, slot('meanSquare')), mul(1 - beta2, square(gradient)))
      const largestMeanSquare = amsgrad ? max(slot('largestMeanSquare'), meanSquare) : undefined
      const root = add(sqrt(largestMeanSquare ?? meanSquare), hyperparameter('epsilon'))
      return {
        parameter: sub(parameter, div(mul(hyperparameter('stepSize'), mean), root)),
        slots: { mean, meanSquare, ...(largestMeanSquare && { largestMeanSquare }) },
      }
    },
  })
}
