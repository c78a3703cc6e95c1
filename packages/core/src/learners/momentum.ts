import type { Learner } from './learner.ts'
import { type MomentumOptions, velocityLearner } from './velocity.ts'

/**
 * Descent with a velocity: v ← μv − lr · g, p ← p + v, lr 0.01, μ 0.9 (Keras' SGD with momentum). The profile `tfjs`
 * (and PyTorch) keeps the rate out of the velocity, which differs once the rate changes: v ← μv + g, p ← p − lr · v.
 * `cntk` has unit gain: s ← βs + (1 − β) · lr · g, p ← p − s.
 */
export function momentum(options: MomentumOptions = {}): Learner {
  return velocityLearner('momentum', options, false)
}
