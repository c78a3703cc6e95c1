import { adamLearner, type MomentsOptions } from './adam.ts'
import type { Learner } from './learner.ts'

/** Options of {@link adamW}. */
export interface AdamWOptions extends MomentsOptions {
  /** Default 0.004. */
  readonly weightDecay?: number
  /** Default 1e-7. */
  readonly epsilon?: number
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter, 2017), with Keras 3's defaults: p ← p − lr · weightDecay · p,
 * then Adam's step with lr 0.001 and ε 1e-7.
 */
export function adamW(options: AdamWOptions = {}): Learner {
  const decaying = { weightDecay: 0.004, ...options }
  return adamLearner('adamW', decaying, { own: { epsilon: 1e-7 }, correctsEpsilon: false })
}
