import { graph } from '../graph/graph.ts'
import { abs, input, less, select, state } from '../graph/ops.ts'
import type { Learner } from '../learners/learner.ts'
import { elements, type Kernel, kernelOf } from './kernel.ts'
import { inputSources } from './update-graph.ts'
import { meanGradient, scaled, updatedParameter, updatedStatistic } from './update-nodes.ts'
import { type PlannedParameter, type PlannedStatistic, slotEntryName } from './update-plan.ts'

/** The scalar by which norm clipping multiplies every gradient; taken by the kernels of learners with `clipNorm`. */
export const clipScaleInput = 'clipScale'

const model = { name: 'parameter', gradient: 'gradient', weight: 'statistic', sum: 'sum', shape: elements } as const

/** The smallest normal float32; what is nearer to zero is subnormal. */
const smallestNormal = 2 ** -126

/** The kernels for all parameters with one regulariser. */
export interface ParameterKernels {
  readonly update: Kernel
  /** Sums the squares of the gradient; only where the learner clips by norm. */
  readonly norm?: Kernel
}

export function parameterKernels(learner: Learner, regularizer: PlannedParameter['regularizer']): ParameterKernels {
  const parameter = { ...model, ...(regularizer && { regularizer }) }
  const sources = inputSources(learner)
  const gradient = meanGradient(parameter, state(model.gradient, elements), sources)
  const scale = learner.clipNorm === undefined ? undefined : input(clipScaleInput, [])
  const update = kernelOf(graph({ updates: updatedParameter(learner, parameter, scaled(gradient, scale), sources) }))
  if (scale === undefined) return { update }
  return { update, norm: kernelOf(graph({ outputs: { squared: gradient } })) }
}

/** The kernel for all statistics with one momentum. */
export function statisticKernel(learner: Learner, momentum: number): Kernel {
  return kernelOf(graph({ updates: updatedStatistic({ ...model, momentum }, inputSources(learner)) }))
}

/**
 * Makes subnormal numbers zero. Averages become that small where nothing comes in any more (units that are dead, rows of
 * an embedding that are not looked up), and stay so, since rounding keeps them from reaching zero. A multiplication by
 * such a number takes a processor as long as a hundred others.
 */
export function sweepKernel(): Kernel {
  const average = state(model.weight, elements)
  const swept = select(less(abs(average), smallestNormal), 0, average)
  return kernelOf(graph({ updates: { [model.weight]: swept } }))
}

/** The state entry that an array of a kernel stands for. */
export function parameterEntry(array: string, { name, gradient }: PlannedParameter, learner: Learner): string {
  if (array === model.name) return name
  if (array === model.gradient) return gradient
  const slot = learner.slots.find((candidate) => slotEntryName(candidate.name, model.name) === array)
  return slotEntryName((slot as { readonly name: string }).name, name)
}

/** As {@link parameterEntry}, for a statistic. */
export function statisticEntry(array: string, { weight, sum }: PlannedStatistic): string {
  return array === model.weight ? weight : sum
}
