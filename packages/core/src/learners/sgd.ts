import { mul, sub } from '../graph/ops.ts'
import { defineLearner, type LearnerOptions } from './define-learner.ts'
import type { Learner } from './learner.ts'
import { checkFraction, settingsOf } from './settings.ts'
import { stepVelocity, velocitySlot } from './velocity.ts'

/** Options of {@link sgd}. */
export interface SgdOptions extends LearnerOptions {
  /** Default 0. */
  readonly momentum?: number
  /** Only with a momentum. Default false. */
  readonly nesterov?: boolean
}

/**
 * Stochastic gradient descent as in Keras: p ← p − lr · g, lr 0.01; with a momentum v ← μv − lr · g, p ← p + v. The
 * learners `momentum` and `nesterov` have a momentum of 0.9 from the start, and profiles.
 */
export function sgd(options: SgdOptions = {}): Learner {
  const settings = settingsOf('sgd', options, { momentum: 0, nesterov: false })
  checkFraction('sgd', settings, 'momentum')
  const { momentum, nesterov } = settings
  return defineLearner({
    name: 'sgd',
    options,
    defaultLearningRate: 0.01,
    settings,
    slots: momentum > 0 ? [velocitySlot] : [],
    rule: (inputs) => {
      if (momentum > 0) return stepVelocity(inputs, momentum, inputs.hyperparameter('learningRate'), nesterov)
      const { parameter, gradient, hyperparameter } = inputs
      return { parameter: sub(parameter, mul(hyperparameter('learningRate'), gradient)), slots: {} }
    },
  })
}
