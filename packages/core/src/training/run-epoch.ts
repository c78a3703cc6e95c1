import { begin } from './begin.ts'
import type { TrainedModel } from './callback.ts'
import type { CallbackList } from './callback-list.ts'
import { after, type Position, type TrainingProgress } from './progress.ts'
import type { Session } from './session.ts'
import type { BatchSource } from './source.ts'
import type { Staged, Steps } from './steps.ts'
import type { Totals } from './totals.ts'
import { type Unit, type UnitOptions, units } from './units.ts'

/** What an epoch is run with. */
export interface EpochRun {
  readonly model: TrainedModel
  readonly session: Session
  readonly steps: Steps
  readonly progress: TrainingProgress
  readonly plan: { readonly source: BatchSource; readonly unitOptions: Omit<UnitOptions, 'first'> }
  readonly callbacks: CallbackList
}

/**
 * Trains on the units of the epoch in progress from where it stands, each staged while the one before runs. Returns
 * whether the epoch came to its end, rather than being stopped.
 */
export async function runEpoch(run: EpochRun, totals: Totals): Promise<boolean> {
  const { model, session, callbacks } = run
  const stream = stagedUnits(run)
  let batch = run.progress.batch
  let upcoming = begin(stream.next())
  try {
    for (;;) {
      const { value: staged, done } = await upcoming
      if (done === true) return true
      const { unit } = staged
      await announce(unit, batch, callbacks)
      const next = once(() => begin(stream.next()))
      const meanwhile = async (): Promise<void> => void (await next().catch(() => undefined))
      const running = begin(session.turns.take(() => advance(run, staged, { totals, meanwhile })))
      if (!stagesDuringUpdate(run, unit)) next()
      const sums = await running
      upcoming = next()
      // Callbacks find the data at rest as well as the engine; what failed there is thrown where it is needed.
      await upcoming.catch(() => undefined)
      await report(unit, batch, { sums, totals, callbacks })
      batch += unit.batches.length
      if (model.stopTraining && unit.completes !== undefined) return (await upcoming).done === true
    }
  } finally {
    await abandon(stream, upcoming)
  }
}

/**
 * Whether the next unit is better staged while other threads update than while the engine runs, which needs all cores.
 * Data that may have to be waited for had better come while the engine runs.
 */
function stagesDuringUpdate({ steps, plan }: EpochRun, { completes }: Unit): boolean {
  return steps.sharesUpdates && completes !== undefined && plan.source.inMemory === true
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The units of the epoch in progress from where it stands, each in the engine's memory. */
async function* stagedUnits({ plan, steps, progress }: EpochRun): AsyncGenerator<Staged, undefined> {
  let position: Position = { step: progress.step, samples: progress.samples }
  for await (const unit of units(plan.source, progress.epoch, { ...plan.unitOptions, first: progress.batch })) {
    yield await steps.stage(unit, position)
    position = after(position, unit)
  }
}

/** Runs a unit and counts it; nothing comes between its update and the progress. */
async function advance(
  { steps, progress }: EpochRun,
  staged: Staged,
  { totals, meanwhile }: { readonly totals: Totals; readonly meanwhile: () => Promise<void> },
): Promise<Float32Array[]> {
  const sums = await steps.run(staged, meanwhile)
  const { batches, completes } = staged.unit
  for (const [index, batch] of batches.entries()) totals.add(sums[index] as Float32Array, batch)
  if (completes !== undefined) {
    const batch = progress.batch + completes.batches
    Object.assign(progress, after(staged.position, staged.unit), { batch, totals: totals.values.slice() })
  }
  return sums
}

/** Lets go of the unit that was staged ahead, if there is one, and of the data. */
async function abandon(
  stream: AsyncGenerator<Staged, undefined>,
  upcoming: Promise<IteratorResult<Staged, undefined>>,
): Promise<void> {
  const left = await upcoming.catch(() => undefined)
  left?.value?.[Symbol.dispose]()
  await stream.return(undefined)
}

async function announce(unit: Unit, first: number, callbacks: CallbackList): Promise<void> {
  for (const [index, { size }] of unit.batches.entries()) {
    await callbacks.batchBegin(first + index, { batch: first + index, size })
  }
}

interface Outcome {
  /** Of each batch of a unit. */
  readonly sums: readonly Float32Array[]
  readonly totals: Totals
  readonly callbacks: CallbackList
}

async function report(unit: Unit, first: number, { sums, totals, callbacks }: Outcome): Promise<void> {
  for (const [index, batch] of unit.batches.entries()) {
    // Of no sample there are no figures, rather than some that are not numbers.
    const figures = batch.size === 0 ? {} : totals.single(sums[index] as Float32Array, batch)
    await callbacks.batchEnd(first + index, { batch: first + index, size: batch.size, ...figures })
  }
}
