import type { Node } from '../graph/node.ts'
import { mul, sub } from '../graph/ops.ts'
import { checkSchedule } from '../schedules/check-schedule.ts'
import type { Schedule } from '../schedules/schedule.ts'
import { scheduledRate } from '../schedules/scheduled-rate.ts'
import type { Learner, Progress, RuleInputs, RuleOutputs, SlotSpec, UpdateProgress } from './learner.ts'
import { invalidOption, type Settings } from './settings.ts'

/** Options that every learner has. */
export interface LearnerOptions {
  readonly learningRate?: number | Schedule
  /** The rate is divided by 1 + decay · updates made, as in Keras 2. Default 0. */
  readonly decay?: number
  /** Scales the gradients of all parameters together so that their common norm is at most this; Keras 2.0.4's `clipnorm`. */
  readonly clipNorm?: number
  /** Limits each element of a gradient to ±this, after `clipNorm`. */
  readonly clipValue?: number
  /** Parameters lose learningRate · weightDecay of themselves before every update, independently of the gradient. */
  readonly weightDecay?: number
}

/** What {@link defineLearner} makes a learner of. */
export interface LearnerDefinition {
  readonly name: string
  /** What the caller gave; a learning rate included unless `defaultLearningRate` will do. */
  readonly options: LearnerOptions
  readonly defaultLearningRate: number
  /** Options of this learner alone, complete; they become part of its config. */
  readonly settings?: Settings
  readonly slots?: readonly SlotSpec[]
  /** Scalars for the rule besides `learningRate`; pure, with the same names at every step. `rate` has decay applied. */
  hyperparameters?(progress: UpdateProgress, rate: number): Readonly<Record<string, number>>
  rule(inputs: RuleInputs): RuleOutputs
}

/**
 * A learner from its rule: adds the learning rate with schedule and decay, weight decay, clipping and the config.
 * For a checkpoint to be able to make it again by itself it has to be one of the built-in ones.
 */
export function defineLearner(definition: LearnerDefinition): Learner {
  const { name, options, settings = {}, slots = [] } = definition
  const { decay = 0, weightDecay = 0, clipNorm, clipValue } = options
  checkOptions(name, options)
  let base = checkRate(name, options.learningRate ?? definition.defaultLearningRate)
  const clipping = { ...(clipNorm !== undefined && { clipNorm }), ...(clipValue !== undefined && { clipValue }) }
  const baseLearningRate = (progress: Progress): number => scheduledRate(base, progress)
  const learningRate = (progress: Progress): number => baseLearningRate(progress) / (1 + decay * progress.step)
  return {
    name,
    slots,
    ...clipping,
    get config(): Readonly<Record<string, unknown>> {
      return { name, learningRate: base, decay, weightDecay, ...clipping, ...settings }
    },
    baseLearningRate,
    learningRate,
    setLearningRate(rate: number): void {
      base = checkRate(name, rate)
    },
    hyperparameters(progress: UpdateProgress): Readonly<Record<string, number>> {
      const rate = learningRate(progress)
      const decayed = weightDecay > 0 ? { weightDecay: rate * weightDecay } : {}
      return { learningRate: rate, ...decayed, ...definition.hyperparameters?.(progress, rate) }
    },
    rule: weightDecay > 0 ? (inputs) => definition.rule(decayedInputs(inputs)) : (inputs) => definition.rule(inputs),
  }
}

/** Multiplying by 1 − rate · decay would do, but in float32 that factor keeps only a few digits of the decay. */
function decayedInputs(inputs: RuleInputs): RuleInputs {
  const loss: Node = mul(inputs.hyperparameter('weightDecay'), inputs.parameter)
  return { ...inputs, parameter: sub(inputs.parameter, loss) }
}

function checkRate(name: string, rate: number | Schedule): number | Schedule {
  if (typeof rate === 'object') return checkSchedule(rate)
  if (rate >= 0 && Number.isFinite(rate)) return rate
  throw invalidOption(name, 'learningRate', rate, 'a finite number of at least 0, or a schedule')
}

function checkOptions(name: string, options: LearnerOptions): void {
  for (const option of ['decay', 'weightDecay'] as const) {
    const value = options[option] ?? 0
    if (!(value >= 0 && Number.isFinite(value)))
      throw invalidOption(name, option, value, 'a finite number of at least 0')
  }
  for (const option of ['clipNorm', 'clipValue'] as const) {
    const value = options[option] ?? 1
    if (!(value > 0 && Number.isFinite(value)))
      throw invalidOption(name, option, value, 'a finite number above 0; leave it out for no clipping')
  }
}
