import { sizeOf } from '../graph/node.ts'
import { constant, input } from '../graph/ops/leaves.ts'
import type { Metric } from '../metrics/metric.ts'
import type { Batch } from './batch.ts'
import { type Objective, targetShape } from './objective.ts'

/** Where sums lie in the vector that a call returns: for each output the loss, then its metrics; last the penalty. */
export interface SumsLayout {
  readonly length: number
  readonly outputs: readonly {
    readonly objective: Objective
    readonly loss: number
    readonly metrics: readonly { readonly start: number; readonly end: number }[]
  }[]
}

export function sumsLayout(objectives: readonly Objective[]): SumsLayout {
  let next = 0
  const take = (length: number): { start: number; end: number } => {
    const start = next
    next += length
    return { start, end: next }
  }
  const outputs = objectives.map((objective) => ({
    objective,
    loss: take(1).start,
    metrics: objective.metrics.map(({ metric }) => take(sumsOf(metric, objective))),
  }))
  return { outputs, length: next + 1 }
}

/** How many sums a metric makes: found by tracing it for one sample. */
function sumsOf(metric: Metric, objective: Objective): number {
  const dtype = objective.loss.targets === 'sparse' ? 'int32' : 'float32'
  const targets = input('targets', [1, ...targetShape(objective)], dtype)
  const predictions = input('predictions', [1, ...objective.outputShape])
  return sizeOf(metric.sums(targets, predictions, constant([1], [1])).shape)
}

/** Adds up sums and counts over batches, in float64, and turns them into figures. */
export class Totals {
  readonly #layout: SumsLayout
  /** The sums, then per output its denominator, then penalty · samples, then samples: all that a checkpoint needs. */
  readonly values: Float64Array

  constructor(layout: SumsLayout, values?: ArrayLike<number>) {
    this.#layout = layout
    this.values = new Float64Array(layout.length + layout.outputs.length + 1)
    if (values?.length === this.values.length) this.values.set(values)
  }

  /** Adds one batch: the vector that its call returned. */
  add(sums: ArrayLike<number>, batch: Batch): void {
    const { length, outputs } = this.#layout
    for (let index = 0; index < length - 1; index++)
      this.values[index] = (this.values[index] as number) + (sums[index] as number)
    const more = [
      (sums[length - 1] as number) * batch.size,
      ...outputs.map((_, index) => denominatorOf(batch, index)),
      batch.size,
    ]
    for (const [index, value] of more.entries())
      this.values[length - 1 + index] = (this.values[length - 1 + index] as number) + value
  }

  /** Those of one batch by itself. */
  static ofBatch(layout: SumsLayout, sums: ArrayLike<number>, batch: Batch): Totals {
    const alone = new Totals(layout)
    alone.add(sums, batch)
    return alone
  }

  /** Adds totals of the same layout. */
  merge({ values }: Totals): void {
    for (const [index, value] of values.entries()) this.values[index] = (this.values[index] as number) + value
  }

  /** For each output, what its loss sum is divided by. */
  get denominators(): Float64Array {
    const { length, outputs } = this.#layout
    return this.values.subarray(length, length + outputs.length)
  }

  get samples(): number {
    return this.values.at(-1) as number
  }

  /**
   * `loss`, with several outputs `<output>_loss`, then the metrics; names prefixed by `prefix`. Without any sample all
   * are NaN; samples of which none has a weight lose 0, as training takes it.
   */
  figures(prefix = ''): Record<string, number> {
    const { outputs, length } = this.#layout
    const several = outputs.length > 1
    const means = outputs.map(({ loss }, index) =>
      this.samples === 0
        ? Number.NaN
        : (this.values[loss] as number) / Math.max(1, this.values[length + index] as number),
    )
    const penalty = (this.values[length - 1] as number) / this.samples
    const total = outputs.reduce(
      (sum, { objective }, index) => sum + objective.lossWeight * (means[index] as number),
      penalty,
    )
    const figures: Record<string, number> = { [`${prefix}loss`]: total }
    for (const [index, { objective }] of outputs.entries()) {
      if (several) figures[`${prefix}${objective.name}_loss`] = means[index] as number
    }
    for (const { objective, metrics } of outputs) {
      for (const [index, { metric, name: own }] of objective.metrics.entries()) {
        const { start, end } = metrics[index] as { start: number; end: number }
        const name = several ? `${objective.name}_${own}` : own
        figures[`${prefix}${name}`] = metric.result(this.values.subarray(start, end))
      }
    }
    return figures
  }
}

/** What the loss sum of an output is divided by: the samples whose weight is not zero, as Keras counts them. */
export function denominatorOf(batch: Batch, output: number): number {
  let count = 0
  for (const weight of batch.weights[output] as Float32Array) if (weight !== 0) count++
  return count
}

/** Names of all figures, in their order, without making any. */
export function figureNames(layout: SumsLayout): string[] {
  return Object.keys(new Totals(layout).figures())
}
