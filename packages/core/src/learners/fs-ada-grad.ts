import { add, div, min, mul, sqrt, square, sub } from '../graph/ops.ts'
import { defineLearner, type LearnerOptions } from './define-learner.ts'
import type { Learner } from './learner.ts'
import { checkFraction, checkNotNegative, invalidOption, settingsOf } from './settings.ts'

/** Options of {@link fsAdaGrad}. */
export interface FsAdaGradOptions extends LearnerOptions {
  /** Decay rate of the velocity per update. Default 0.9. */
  readonly momentum?: number
  /** In place of `momentum`, in samples: an update of M samples has exp(−M / constant). Default 0: `momentum` counts. */
  readonly momentumTimeConstant?: number
  /** Multiplies by 1 − momentum, so that the velocity is a mean. Default true. */
  readonly unitGain?: boolean
  /** Time constant of the mean square, in samples. Default 720 000 (two hours of speech frames). */
  readonly varianceTimeConstant?: number
}

/**
 * CNTK's FSAdaGrad, Adam's forerunner, for the gradient G = M · g summed over an update of M samples:
 * v ← β₂v + (1 − β₂)G², c ← β₂c + (1 − β₂)M, h = G · min(10, √(c / v)), s ← βs + (1 − β)h, p ← p − (lr / M) · s.
 * CNTK has no default rate; lr is 0.01 here. As v is a sum over samples and c their number, h grows as √M does. `c` is
 * kept per element, which costs a slot, so that updates of unequal size are as exact as CNTK's.
 */
export function fsAdaGrad(options: FsAdaGradOptions = {}): Learner {
  const settings = settingsOf('fsAdaGrad', options, {
    momentum: 0.9,
    momentumTimeConstant: 0,
    unitGain: true,
    varianceTimeConstant: 720_000,
  })
  checkFraction('fsAdaGrad', settings, 'momentum')
  checkNotNegative('fsAdaGrad', settings, 'momentumTimeConstant')
  const { momentum, momentumTimeConstant, unitGain, varianceTimeConstant } = settings
  if (!(varianceTimeConstant > 0))
    throw invalidOption('fsAdaGrad', 'varianceTimeConstant', varianceTimeConstant, 'a number of samples above 0')
  return defineLearner({
    name: 'fsAdaGrad',
    options,
    defaultLearningRate: 0.01,
    settings,
    slots: ['sumOfSquares', 'sampleCount', 'velocity'].map((name) => ({ name, initial: 0 })),
    hyperparameters: ({ batchSamples }, rate) => {
      const decay = momentumTimeConstant > 0 ? Math.exp(-batchSamples / momentumTimeConstant) : momentum
      const varianceDecay = Math.exp(-batchSamples / varianceTimeConstant)
      return {
        momentum: decay,
        gain: unitGain ? 1 - decay : 1,
        varianceDecay,
        // Not as 1 − the float32 value of what is nearly 1: that keeps few digits.
        varianceGain: 1 - varianceDecay,
        samples: batchSamples,
        rateOfSum: rate / batchSamples,
      }
    },
    rule: ({ parameter, gradient, slot, hyperparameter }) => {
      const [decay, gain] = [hyperparameter('varianceDecay'), hyperparameter('varianceGain')]
      const sum = mul(hyperparameter('samples'), gradient)
      const sumOfSquares = add(mul(decay, slot('sumOfSquares')), mul(gain, square(sum)))
      const sampleCount = add(mul(decay, slot('sampleCount')), mul(gain, hyperparameter('samples')))
      // A quotient by zero, where no gradient ever came, is limited as well; the gradient it multiplies is 0.
      const normalised = mul(sum, min(sqrt(div(sampleCount, sumOfSquares)), 10))
      const velocity = add(mul(hyperparameter('momentum'), slot('velocity')), mul(hyperparameter('gain'), normalised))
      return {
        parameter: sub(parameter, mul(hyperparameter('rateOfSum'), velocity)),
        slots: { sumOfSquares, sampleCount, velocity },
      }
    },
  })
}
