import { type Node, sameShape, shapeError } from '../graph/node.ts'
import { add, div, greaterEqual, max, min, mul, reduceSum, select, sign, sqrt, square, state } from '../graph/ops.ts'
import type { Learner, RuleInputs } from '../learners/learner.ts'
import { unknownName } from '../names.ts'
import type { Regularizer } from '../network/regularizers.ts'
import { type PlannedParameter, type PlannedStatistic, slotEntryName, type UpdatePlan } from './update-plan.ts'

/** The values of a step that an update starts from. Scalars have the shape `[]`. */
export interface UpdateSources {
  /** The gradient of a parameter, summed over samples. Default: its state entry. */
  gradient?(parameter: PlannedParameter): Node
  /** The sum of a statistic over samples. Default: its state entry. */
  batchSum?(statistic: PlannedStatistic): Node
  /** What a sum of gradients is divided by to be the gradient of the mean loss. */
  readonly denominator: Node
  /** What a sum of batch statistics is divided by. */
  readonly sampleCount: Node
  /** The scalar of that name among those of `learner.hyperparameters`. */
  hyperparameter(name: string): Node
}

/**
 * The update as graph operations: new values by state entry, for parameters, slots and statistics. In this order:
 * gradient = sum / denominator + l1 · sign(w) + 2 · l2 · w; `clipNorm` over all parameters together; `clipValue`; the
 * learner's rule.
 */
export function updateNodes(plan: UpdatePlan, sources: UpdateSources): Record<string, Node> {
  const { learner, parameters, statistics } = plan
  const gradients = parameters.map((parameter) =>
    meanGradient(parameter, sources.gradient?.(parameter) ?? state(parameter.gradient, parameter.shape), sources),
  )
  const clips = learner.clipNorm !== undefined && parameters.length > 0
  const scale = clips ? clipScale(gradients, learner.clipNorm) : undefined
  const updated = parameters.map((parameter, index) =>
    updatedParameter(learner, parameter, scaled(gradients[index] as Node, scale), sources),
  )
  return Object.assign({}, ...updated, ...statistics.map((statistic) => updatedStatistic(statistic, sources)))
}

/** The gradient of the mean loss with its penalties, before clipping. */
export function meanGradient(
  { name, shape, regularizer }: PlannedParameter,
  sum: Node,
  { denominator }: Pick<UpdateSources, 'denominator'>,
): Node {
  // The reciprocal is a scalar, so that elements need a multiplication only.
  const mean = mul(sum, div(1, denominator))
  return regularizer === undefined ? mean : penalised(mean, state(name, shape), regularizer)
}

/** New values of a parameter and its slots, from its gradient before `clipValue`. */
export function updatedParameter(
  learner: Learner,
  { name, shape }: Pick<PlannedParameter, 'name' | 'shape'>,
  gradient: Node,
  { hyperparameter }: Pick<UpdateSources, 'hyperparameter'>,
): Record<string, Node> {
  const known = learner.slots.map((slot) => slot.name)
  const limit = learner.clipValue
  const inputs: RuleInputs = {
    parameter: state(name, shape),
    gradient: limit === undefined ? gradient : min(max(gradient, -limit), limit),
    slot: (slot) => {
      if (known.includes(slot)) return state(slotEntryName(slot, name), shape)
      throw unknownName(`slot of ${learner.name}`, slot, known)
    },
    hyperparameter,
  }
  const outputs = learner.rule(inputs)
  const checked = (what: string, node: Node | undefined): Node => {
    if (node !== undefined && node.dtype === 'float32' && sameShape(node.shape, shape)) return node
    const got = node === undefined ? [] : [node.shape]
    throw shapeError(
      `${learner.name}: rule's new ${what}`,
      [shape, ...got],
      'expected float32 of the parameter’s shape',
    )
  }
  const slots = known.map((slot) => [slotEntryName(slot, name), checked(`slot ${slot}`, outputs.slots[slot])] as const)
  return { [name]: checked('parameter', outputs.parameter), ...Object.fromEntries(slots) }
}

/** The new value of a statistic. */
export function updatedStatistic(
  statistic: PlannedStatistic,
  { batchSum, sampleCount }: Pick<UpdateSources, 'batchSum' | 'sampleCount'>,
): Record<string, Node> {
  const { weight, shape, sum, momentum } = statistic
  const mean = mul(batchSum?.(statistic) ?? state(sum, shape), div(1, sampleCount))
  return { [weight]: add(mul(momentum, state(weight, shape)), mul(1 - momentum, mean)) }
}

/** The gradient times the common factor of norm clipping, if there is one. */
export function scaled(gradient: Node, scale: Node | undefined): Node {
  return scale === undefined ? gradient : mul(gradient, scale)
}

function penalised(gradient: Node, weight: Node, { l1, l2 }: Regularizer): Node {
  const sparse = l1 === 0 ? gradient : add(gradient, mul(l1, sign(weight)))
  return l2 === 0 ? sparse : add(sparse, mul(2 * l2, weight))
}

function clipScale(gradients: readonly Node[], limit: number): Node {
  const norm = sqrt(gradients.map((gradient) => reduceSum(square(gradient))).reduce((sum, part) => add(sum, part)))
  return select(greaterEqual(norm, limit), div(limit, norm), 1)
}
