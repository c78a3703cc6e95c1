import type { Learner } from './learner.ts'
import { type MomentumOptions, velocityLearner } from './velocity.ts'

/**
 * Nesterov's momentum in the form that looks ahead from the parameters kept: v ← μv − lr · g, p ← p + μv − lr · g, lr
 * 0.01, μ 0.9 (Keras). Profiles differ as those of `momentum` do; in `cntk`, p ← p − βs − (1 − β) · lr · g.
 */
export function nesterov(options: MomentumOptions = {}): Learner {
  return velocityLearner('nesterov', options, true)
}
