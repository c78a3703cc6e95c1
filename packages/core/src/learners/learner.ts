import type { Distribution } from '../distributed/distribution.ts'
import type { Node } from '../graph/node.ts'

/** A tensor shaped like the parameter that a learner keeps for each one, e.g. a running mean of squares. */
export interface SlotSpec {
  readonly name: string
  /** The value of every element before the first update. */
  readonly initial: number
}

/** What an update rule is given: the values before the step. All tensors of one call share one shape. */
export interface RuleInputs {
  readonly parameter: Node
  /** The gradient of the mean loss plus regularisation, after the exchange and after clipping. */
  readonly gradient: Node
  /** The slot of that name; throws for one that is not declared. */
  slot(name: string): Node
  /** A scalar of that name among those `hyperparameters` returns. */
  hyperparameter(name: string): Node
}

export interface RuleOutputs {
  readonly parameter: Node
  /** New values of all declared slots. */
  readonly slots: Readonly<Record<string, Node>>
}

/** How far training has come. */
export interface Progress {
  /** Updates already made. */
  readonly step: number
  /** Samples already trained on, over all ranks. */
  readonly samples: number
}

/** The update that is about to be made. */
export interface UpdateProgress extends Progress {
  /** Samples of this update, over all ranks and micro-batches. */
  readonly batchSamples: number
}

/** An update rule as data: one elementwise expression, compiled for the host and lowered for devices alike. */
export interface Learner {
  /** E.g. `rmsprop`. */
  readonly name: string
  /**
   * Plain JSON from which `learnerFromConfig` makes the same learner again: its name, every option and the learning
   * rate as last set.
   */
  readonly config: Readonly<Record<string, unknown>>
  readonly slots: readonly SlotSpec[]
  /** Gradients are scaled so that their norm over all parameters is at most this. */
  readonly clipNorm?: number
  /** Gradients are limited elementwise to ±this. */
  readonly clipValue?: number
  /** Set by `dataParallel`: the ranks whose gradients go into an update together. */
  readonly distribution?: Distribution
  /** The rate that callbacks read and set: the schedule is applied, `decay` is not (Keras' `lr`). */
  baseLearningRate(progress: Progress): number
  /** The learning rate at this point, schedule and decay applied. */
  learningRate(progress: Progress): number
  /** Sets the base learning rate from now on, in place of a schedule too; part of a checkpoint. */
  setLearningRate(rate: number): void
  /**
   * The scalars that the rule uses at this step, computed in float64; a pure function of progress and learning rate,
   * with the same names at every step.
   */
  hyperparameters(progress: UpdateProgress): Readonly<Record<string, number>>
  /** The rule itself; elementwise operations only. */
  rule(inputs: RuleInputs): RuleOutputs
}
