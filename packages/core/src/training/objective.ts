import { requireArgument } from '../arguments.ts'
import { LockstepError } from '../errors.ts'
import type { Shape } from '../graph/node.ts'
import type { Loss, LossFunction } from '../losses/loss.ts'
import { resolveLoss } from '../losses/resolve.ts'
import type { Metric, MetricFunction } from '../metrics/metric.ts'
import { resolveMetric } from '../metrics/resolve.ts'
import { unknownName } from '../names.ts'
import type { TensorSpec } from './data.ts'

export type LossSpec = string | LossFunction | Loss
export type MetricSpec = string | MetricFunction | Metric

/** One for all outputs, one for each in their order, or by the output's name. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>

/** A metric of one output, under a key of its own in logs. */
export interface MeasuredMetric {
  readonly name: string
  readonly metric: Metric
  readonly weighted: boolean
}

/** What one output is trained towards and measured by. */
export interface Objective {
  /** The output's name. */
  readonly name: string
  readonly loss: Loss
  /** Factor of this output's loss in the total. */
  readonly lossWeight: number
  readonly metrics: readonly MeasuredMetric[]
  /** Extent of the last axis: the number of classes where the output is categorical. */
  readonly classes: number
  /** The output's shape without the sample axis. */
  readonly outputShape: Shape
}

/** What outputs are trained towards and measured by. */
export interface ObjectiveOptions {
  readonly loss: PerOutput<LossSpec>
  /** Factors of the outputs' losses in the total; 1 by default. */
  readonly lossWeights?: PerOutput<number>
  /** For all outputs, or by the output's name; every sample counts once, whatever its weight. */
  readonly metrics?: readonly MetricSpec[] | Readonly<Record<string, readonly MetricSpec[]>>
  /** For all outputs; samples count by their weights. */
  readonly weightedMetrics?: readonly MetricSpec[]
}

/** Resolves losses and metrics for every output; throws `unknown-name` or `invalid-argument` for what does not fit. */
export function objectivesFor(outputs: readonly TensorSpec[], options: ObjectiveOptions): Objective[] {
  checkNames(outputs, options)
  return outputs.map(({ name, shape }, index) => {
    const loss = resolveLoss(pick('loss', options.loss, name, index, outputs))
    const lossWeight =
      options.lossWeights === undefined ? 1 : pick('lossWeights', options.lossWeights, name, index, outputs)
    requireArgument('compile', 'lossWeights', lossWeight, Number.isFinite(lossWeight), 'finite numbers')
    const resolve = (weighted: boolean) => (spec: MetricSpec) => ({
      metric: resolveMetric(spec, { loss, outputShape: shape }),
      weighted,
    })
    const metrics = [
      ...metricsOf(options.metrics, name).map(resolve(false)),
      ...(options.weightedMetrics ?? []).map(resolve(true)),
    ]
    return { name, loss, lossWeight, metrics: named(metrics), classes: shape.at(-1) ?? 1, outputShape: shape }
  })
}

/** What goes by a name that no output has would have no effect. */
function checkNames(outputs: readonly TensorSpec[], { loss, lossWeights, metrics }: ObjectiveOptions): void {
  const known = outputs.map(({ name }) => name)
  for (const [option, given] of Object.entries({ loss, lossWeights, metrics })) {
    if (!isByName(given)) continue
    const stray = Object.keys(given).find((name) => !known.includes(name))
    if (stray !== undefined) throw unknownName(`output in ${option}`, stray, known)
  }
}

function isByName(spec: unknown): spec is Readonly<Record<string, unknown>> {
  return typeof spec === 'object' && spec !== null && !Array.isArray(spec) && !('perSample' in spec)
}

/** Metrics of one name are told apart by a number, as in Keras: `acc`, `acc_1`. */
function named(metrics: readonly Omit<MeasuredMetric, 'name'>[]): MeasuredMetric[] {
  const seen = new Map<string, number>()
  return metrics.map((measured) => {
    const { name } = measured.metric
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    return { ...measured, name: before === 0 ? name : `${name}_${before}` }
  })
}

/** The shape of one sample's target. */
export function targetShape({ loss, outputShape }: Objective): Shape {
  return loss.targets === 'sparse' ? outputShape.slice(0, -1) : outputShape
}

function metricsOf(metrics: ObjectiveOptions['metrics'], name: string): readonly MetricSpec[] {
  if (metrics === undefined) return []
  requireArgument('compile', 'metrics', metrics, typeof metrics === 'object', "a list, such as ['accuracy']")
  return Array.isArray(metrics) ? metrics : ((metrics as Readonly<Record<string, readonly MetricSpec[]>>)[name] ?? [])
}

function pick<T>(what: string, spec: PerOutput<T>, name: string, index: number, outputs: readonly TensorSpec[]): T {
  const names = outputs.map((output) => output.name).join(', ')
  const missing = (got: string): never => {
    throw new LockstepError(
      'invalid-argument',
      { argument: what },
      `compile: ${what} has ${got}; expected one for each output: ${names}`,
    )
  }
  if (Array.isArray(spec)) return spec.length === outputs.length ? spec[index] : missing(`${spec.length} entries`)
  if (!isByName(spec)) return spec as T
  return name in spec ? (spec[name] as T) : missing(`the keys ${Object.keys(spec).join(', ')}`)
}
