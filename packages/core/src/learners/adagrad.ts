import { add, div, mul, sqrt, square, sub } from '../graph/ops.ts'
import { defineLearner, type LearnerOptions } from './define-learner.ts'
import type { Learner } from './learner.ts'
import { checkNotNegative, profileOf, settingsOf } from './settings.ts'

/** Options of {@link adagrad}. */
export interface AdagradOptions extends LearnerOptions {
  readonly profile?: 'keras2' | 'keras3' | 'tfjs'
  /** Sum of squares before the first update. Default 0 (`keras2`) or 0.1. */
  readonly initialAccumulator?: number
  /** Default 1e-8 (`keras2`) or 1e-7. */
  readonly epsilon?: number
}

const profiles = {
  keras2: { learningRate: 0.01, initialAccumulator: 0, epsilon: 1e-8 },
  keras3: { learningRate: 0.001, initialAccumulator: 0.1, epsilon: 1e-7 },
  tfjs: { learningRate: 0.01, initialAccumulator: 0.1, epsilon: 1e-7 },
}

/**
 * Divides by the root of the sum of squares so far (Duchi et al., 2011): a ← a + g², p ← p − lr · g / (√a + ε), lr 0.01
 * (Keras 2.0.4). The profiles `keras3` (lr 0.001) and `tfjs` begin with a = 0.1 and have ε inside the root. CNTK's rule
 * divides by the mean of all multipliers of a tensor too, which is no elementwise rule; it is not offered.
 */
export function adagrad(options: AdagradOptions = {}): Learner {
  const { profile = 'keras2' } = options
  const { learningRate, ...defaults } = profileOf('adagrad', profile, profiles)
  const settings = settingsOf('adagrad', options, { profile, ...defaults })
  checkNotNegative('adagrad', settings, 'initialAccumulator', 'epsilon')
  const { initialAccumulator, epsilon } = settings
  return defineLearner({
    name: 'adagrad',
    options,
    defaultLearningRate: learningRate,
    settings,
    slots: [{ name: 'accumulator', initial: initialAccumulator }],
    rule: ({ parameter, gradient, slot, hyperparameter }) => {
      const accumulator = add(slot('accumulator'), square(gradient))
      const root = profile === 'keras2' ? add(sqrt(accumulator), epsilon) : sqrt(add(accumulator, epsilon))
      const step = div(mul(hyperparameter('learningRate'), gradient), root)
      return { parameter: sub(parameter, step), slots: { accumulator } }
    },
  })
}
