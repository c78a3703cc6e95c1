import { type Batch, globalSize } from './batch.ts'
import type { BatchSource } from './source.ts'
import { denominatorOf } from './totals.ts'

/** What goes to the engine in one call: one batch, or several whole steps fused. */
export interface Unit {
  /** More than one only when steps are fused; then all of one size. */
  readonly batches: readonly Batch[]
  /** The first of its update. */
  readonly begins: boolean
  /** Position in the global batch of the first sample. */
  readonly firstPosition: number
  /** Add to the gradients of the unit before, with which this one makes up a step. */
  readonly accumulate: boolean
  /** Set on the unit that completes a step (or several fused ones): after it, and only then, training may be left. */
  readonly completes?: StepCounts
  /** For each output, what its loss sums are divided by in this step; of several ranks this one's share of it. */
  readonly denominators: readonly number[]
}

/** What the steps that a unit completes add up to, over all of their micro-batches and ranks. */
export interface StepCounts {
  /** Updates: none where there was no sample. */
  readonly steps: number
  readonly samples: number
  readonly batches: number
}

export interface UnitOptions {
  /** Micro-batches that make up one update. */
  readonly accumulation: number
  /** Steps in one call. */
  readonly fused: number
  /** First batch of the epoch to take. */
  readonly first: number
}

/** Cuts an epoch into calls. Groups that the epoch's end leaves short are used as they are. */
export async function* units(source: BatchSource, epoch: number, options: UnitOptions): AsyncGenerator<Unit> {
  const wanted = Math.max(options.accumulation, options.fused)
  const flush = options.fused > 1 ? fusedUnits : accumulatedUnits
  let group: Batch[] = []
  for await (const batch of source.epoch(epoch, options.first)) {
    group.push(batch)
    if (group.length < wanted) continue
    yield* flush(group, wanted)
    group = []
  }
  yield* flush(group, wanted)
}

/** The units of one update over micro-batches. */
export function accumulatedUnits(group: readonly Batch[]): Unit[] {
  const outputs = group[0]?.weights.length ?? 0
  const denominators = Array.from({ length: outputs }, (_, index) =>
    group.reduce((sum, batch) => sum + denominatorOf(batch, index), 0),
  )
  const samples = group.reduce((sum, batch) => sum + globalSize(batch), 0)
  let [before, own] = [0, 0]
  return group.map((batch, index) => {
    const firstPosition = before + (batch.share?.offset ?? 0)
    const unit = { batches: [batch], begins: index === 0, firstPosition, accumulate: own > 0, denominators }
    before += globalSize(batch)
    own += batch.size
    const completes = { steps: samples > 0 ? 1 : 0, samples, batches: group.length }
    return index === group.length - 1 ? { ...unit, completes } : unit
  })
}

function fusedUnits(group: readonly Batch[], wanted: number): Unit[] {
  const size = group[0]?.size ?? 0
  if (group.length < wanted || size === 0 || group.some((batch) => batch.size !== size)) {
    return group.flatMap((batch) => accumulatedUnits([batch]))
  }
  const samples = group.reduce((sum, batch) => sum + batch.size, 0)
  return [
    {
      batches: group,
      begins: true,
      firstPosition: 0,
      accumulate: false,
      completes: { steps: group.length, samples, batches: group.length },
      denominators: [],
    },
  ]
}
