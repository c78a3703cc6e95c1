import { globalSize } from './batch.ts'
import { begin } from './begin.ts'
import type { TrainedModel } from './callback.ts'
import type { CallbackList } from './callback-list.ts'
import { after, type Position, type TrainingProgress } from './progress.ts'
import type { Session } from './session.ts'
import type { BatchSource } from './source.ts'
import type { Staged, StepRunner } from './step-runner.ts'
import type { Totals } from './totals.ts'
import { type Unit, type UnitOptions, units } from './units.ts'

/** What an epoch is run with. */
export interface EpochRun {
  readonly model: TrainedModel
  readonly session: Session
  readonly steps: StepRunner
  readonly progress: TrainingProgress
  readonly plan: { readonly source: BatchSource; readonly unitOptions: Omit<UnitOptions, 'first'> }
  readonly callbacks: CallbackList
}

/**
 * Trains on the units of the epoch in progress from where it stands, each staged while the one before runs. Returns
 * whether the epoch came to its end, rather than being stopped, here or by another rank.
 */
export async function runEpoch(run: EpochRun, totals: Totals): Promise<boolean> {
  const { model, session, steps, callbacks } = run
  const stream = stagedUnits(run)
  let batch = run.progress.batch
  let upcoming = begin(stream.next())
  let leaving = false
  try {
    for (;;) {
      const { value: staged, done } = await upcoming
      if (done === true) return true
      if (leaving) {
        await session.turns.take(() => steps.leave(staged))
        return false
      }
      const { unit } = staged
      await announce(unit, batch, callbacks)
      const next = once(() => begin(stream.next()))
      const meanwhile = async (): Promise<void> => void (await next().catch(() => undefined))
      const running = begin(session.turns.take(() => advance(run, staged, { totals, meanwhile })))
      if (!stagesInPause(run, unit)) next()
      const made = await running
      upcoming = next()
      if (made === undefined) return false
      // Callbacks find the data at rest as well as the engine; what failed there is thrown where it is needed.
      await upcoming.catch(() => undefined)
      await report(unit, batch, made, callbacks)
      batch += unit.batches.length
      leaving = model.stopTraining && unit.completes !== undefined
    }
  } finally {
    await abandon(stream, upcoming)
  }
}

/**
 * Whether the next unit is better staged while other threads update, or ranks exchange, than while the engine runs, which
 * needs all cores. Data that may have to be waited for had better come while the engine runs.
 */
function stagesInPause({ steps, plan }: EpochRun, { completes }: Unit): boolean {
  return steps.hasPauses && completes !== undefined && plan.source.inMemory === true
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
): Promise<readonly Totals[] | undefined> {
  const made = await steps.run(staged, meanwhile)
  if (made === undefined) return undefined
  const { completes } = staged.unit
  for (const each of made) totals.merge(each)
  if (completes !== undefined) {
    const batch = progress.batch + completes.batches
    Object.assign(progress, after(staged.position, staged.unit), { batch, totals: totals.values.slice() })
  }
  return made
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
  for (const [index, each] of unit.batches.entries()) {
    await callbacks.batchBegin(first + index, { batch: first + index, size: globalSize(each) })
  }
}

async function report(unit: Unit, first: number, made: readonly Totals[], callbacks: CallbackList): Promise<void> {
  for (const [index, each] of unit.batches.entries()) {
    const size = globalSize(each)
    // Of no sample there are no figures, rather than some that are not numbers.
    const figures = size === 0 ? {} : (made[index] as Totals).figures()
    await callbacks.batchEnd(first + index, { batch: first + index, size, ...figures })
  }
}
