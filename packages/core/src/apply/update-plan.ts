import type { Shape } from '../graph/node.ts'
import type { Learner } from '../learners/learner.ts'
import type { Regularizer } from '../network/regularizers.ts'

/** A parameter to update. */
export interface PlannedParameter {
  /** Its state entry. */
  readonly name: string
  readonly shape: Shape
  readonly regularizer?: Regularizer
  /** The state entry of its gradient, summed over samples, micro-batches and ranks. */
  readonly gradient: string
}

/** A statistic to update: running ← momentum · running + (1 − momentum) · sum / sample count. */
export interface PlannedStatistic {
  /** Its state entry. */
  readonly weight: string
  readonly shape: Shape
  /** The state entry of Σ samples · batch value over micro-batches and ranks. */
  readonly sum: string
  readonly momentum: number
}

/** Everything that one update changes, and how. */
export interface UpdatePlan {
  readonly learner: Learner
  readonly parameters: readonly PlannedParameter[]
  readonly statistics: readonly PlannedStatistic[]
}

/** A state entry that a learner needs. */
export interface SlotEntry {
  readonly name: string
  readonly shape: Shape
  /** The value of every element before the first update; a new arena holds zeros. */
  readonly initial: number
}

/** The state entry of a parameter's slot: `slot/velocity/dense_1/kernel`. */
export function slotEntryName(slot: string, parameter: string): string {
  return `slot/${slot}/${parameter}`
}

/** The state entries to add for the learner: slot by slot, each over all parameters in the plan's order. */
export function slotEntries({ learner, parameters }: Pick<UpdatePlan, 'learner' | 'parameters'>): SlotEntry[] {
  return learner.slots.flatMap(({ name, initial }) =>
    parameters.map((parameter) => ({ name: slotEntryName(name, parameter.name), shape: parameter.shape, initial })),
  )
}
