import { add, div, mul, sqrt, square, sub } from '../graph/ops.ts'
import { defineLearner, type LearnerOptions } from './define-learner.ts'
import type { Learner } from './learner.ts'
import { checkFraction, checkNotNegative, invalidOption, profileOf, settingsOf } from './settings.ts'

/** Options of {@link rmsprop}. */
export interface RmspropOptions extends LearnerOptions {
  readonly profile?: 'keras2' | 'keras3' | 'tfjs'
  /** Decay rate of the mean square. Default 0.9. */
  readonly rho?: number
  /** Default 1e-8 (`keras2`) or 1e-7. */
  readonly epsilon?: number
  /** Subtracts the squared mean of the gradient, so divides by its deviation. Default false. */
  readonly centered?: boolean
  /** Of a velocity that the steps are summed into; 0, the default, for none. */
  readonly momentum?: number
}

const profiles = { keras2: { epsilon: 1e-8 }, keras3: { epsilon: 1e-7 }, tfjs: { epsilon: 1e-7 } }

/**
 * Divides by the root of the running mean square: a ← ρa + (1 − ρ)g², p ← p − lr · g / (√a + ε), lr 0.001 (Keras
 * 2.0.4; Hinton, lecture 6e). The profiles `keras3` and `tfjs`, which are the same, have ε inside the root, which makes
 * steps 100 times smaller where |g| is 1e-5. TensorFlow.js' centred rule subtracts ε and is not offered.
 */
export function rmsprop(options: RmspropOptions = {}): Learner {
  const { profile = 'keras2' } = options
  const defaults = { profile, rho: 0.9, ...profileOf('rmsprop', profile, profiles), centered: false, momentum: 0 }
  const settings = settingsOf('rmsprop', options, defaults)
  checkFraction('rmsprop', settings, 'rho', 'momentum')
  checkNotNegative('rmsprop', settings, 'epsilon')
  if (profile === 'tfjs' && settings.centered)
    throw invalidOption('rmsprop', 'centered', true, "false with the profile 'tfjs'; use 'keras3'")
  const { rho, epsilon, centered, momentum } = settings
  const slots = ['meanSquare', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['velocity'] : [])]
  return defineLearner({
    name: 'rmsprop',
    options,
    defaultLearningRate: 0.001,
    settings,
    slots: slots.map((name) => ({ name, initial: 0 })),
    rule: ({ parameter, gradient, slot, hyperparameter }) => {
      const meanSquare = add(mul(rho, slot('meanSquare')), mul(1 - rho, square(gradient)))
      const mean = centered ? add(mul(rho, slot('mean')), mul(1 - rho, gradient)) : undefined
      const variance = mean === undefined ? meanSquare : sub(meanSquare, square(mean))
      const root = profile === 'keras2' ? add(sqrt(variance), epsilon) : sqrt(add(variance, epsilon))
      const step = div(mul(hyperparameter('learningRate'), gradient), root)
      const velocity = momentum > 0 ? add(mul(momentum, slot('velocity')), step) : undefined
      return {
        parameter: sub(parameter, velocity ?? step),
        slots: { meanSquare, ...(mean && { mean }), ...(velocity && { velocity }) },
      }
    },
  })
}
