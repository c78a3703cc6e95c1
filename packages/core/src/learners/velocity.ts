import type { Node } from '../graph/node.ts'
import { add, mul, sub } from '../graph/ops.ts'
import { defineLearner, type LearnerOptions } from './define-learner.ts'
import type { Learner, RuleInputs, RuleOutputs, SlotSpec, UpdateProgress } from './learner.ts'
import { checkFraction, checkNotNegative, profileOf, settingsOf } from './settings.ts'

/** Options of `momentum` and `nesterov`. */
export interface MomentumOptions extends LearnerOptions {
  readonly profile?: 'keras2' | 'tfjs' | 'cntk'
  /** Decay rate of the velocity per update. Default 0.9. */
  readonly momentum?: number
  /**
   * In place of `momentum`, a time constant in samples: an update of M samples has the momentum exp(−M / constant), so
   * that the batch size does not matter (CNTK). Default 0: `momentum` counts.
   */
  readonly momentumTimeConstant?: number
  /** Multiplies the gradient by 1 − momentum, so that the velocity is a mean. Default: true for `cntk` alone. */
  readonly unitGain?: boolean
}

const profiles = { keras2: { unitGain: false }, tfjs: { unitGain: false }, cntk: { unitGain: true } }

/** The slot of the velocity rules. */
export const velocitySlot: SlotSpec = { name: 'velocity', initial: 0 }

/** Keras' momentum: v ← μv − d, p ← p + v for the descent d = lr · g; with Nesterov's look-ahead p ← p + μv − d. */
export function stepVelocity(inputs: RuleInputs, momentum: Node | number, rate: Node, nesterov: boolean): RuleOutputs {
  const descent = mul(rate, inputs.gradient)
  const velocity = sub(mul(momentum, inputs.slot('velocity')), descent)
  const step = nesterov ? sub(mul(momentum, velocity), descent) : velocity
  return { parameter: add(inputs.parameter, step), slots: { velocity } }
}

/** TensorFlow.js' and PyTorch's: the velocity sums gradients, v ← μv + g, p ← p − lr · v, or p − lr · (μv + g). */
function gradientVelocity(inputs: RuleInputs, momentum: Node, rate: Node, nesterov: boolean): RuleOutputs {
  const velocity = add(mul(momentum, inputs.slot('velocity')), inputs.gradient)
  const direction = nesterov ? add(mul(momentum, velocity), inputs.gradient) : velocity
  return { parameter: sub(inputs.parameter, mul(rate, direction)), slots: { velocity } }
}

/** What `momentum` and `nesterov` have in common. */
export function velocityLearner(name: string, options: MomentumOptions, nesterov: boolean): Learner {
  const { profile = 'keras2' } = options
  const own = { profile, momentum: 0.9, momentumTimeConstant: 0, ...profileOf(name, profile, profiles) }
  const settings = settingsOf(name, options, own)
  checkFraction(name, settings, 'momentum')
  checkNotNegative(name, settings, 'momentumTimeConstant')
  const momentumAt = ({ batchSamples }: UpdateProgress): number =>
    settings.momentumTimeConstant > 0 ? Math.exp(-batchSamples / settings.momentumTimeConstant) : settings.momentum
  return defineLearner({
    name,
    options,
    defaultLearningRate: 0.01,
    settings,
    slots: [velocitySlot],
    hyperparameters: (progress, rate) => {
      const momentum = momentumAt(progress)
      return { momentum, gainedRate: settings.unitGain ? (1 - momentum) * rate : rate }
    },
    rule: (inputs) => {
      const rule = profile === 'tfjs' ? gradientVelocity : stepVelocity
      return rule(inputs, inputs.hyperparameter('momentum'), inputs.hyperparameter('gainedRate'), nesterov)
    },
  })
}
