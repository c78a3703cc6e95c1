import type { Callback, TrainedModel, TrainingParams } from './callback.ts'
import { CallbackList } from './callback-list.ts'
import { evaluateBatches } from './measure.ts'
import type { Session } from './session.ts'
import { type ArraySet, arraySource, type BatchSource } from './source.ts'
import { after, begin, type Position, type Staged, type Steps } from './steps.ts'
import { figureNames, sumsLayout, Totals } from './totals.ts'
import { type Unit, type UnitOptions, units } from './units.ts'

/** Where training stands: what a checkpoint keeps besides the state. */
export interface TrainingProgress {
  /** Updates made. */
  step: number
  /** Samples trained on. */
  samples: number
  /** The epoch in progress, from 0, or the next one. */
  epoch: number
  /** Batches of it that are done. */
  batch: number
  /** Sums over those batches, as `Totals.values`. */
  totals: ArrayLike<number>
}

/** What `fit` was asked for, with everything resolved. */
export interface FitPlan {
  readonly source: BatchSource
  readonly validation?: ArraySet
  readonly epochs: number
  readonly initialEpoch: number
  readonly batchSize: number
  readonly unitOptions: Omit<UnitOptions, 'first'>
  readonly callbacks: readonly Callback[]
  readonly verbose: number
}

interface Run {
  readonly model: TrainedModel
  readonly session: Session
  readonly steps: Steps
  readonly progress: TrainingProgress
  readonly plan: FitPlan
  readonly callbacks: CallbackList
}

/** The training loop: epochs of units, each staged while the one before runs. `progress` is current after every batch. */
export async function runFit(run: Omit<Run, 'callbacks'>): Promise<void> {
  const { model, plan, progress } = run
  const layout = sumsLayout(run.session.program.objectives)
  const callbacks = new CallbackList(plan.callbacks)
  await callbacks.trainBegin({ model, params: paramsOf(plan, figureNames(layout)) })
  let logs: Record<string, number> = {}
  for (let epoch = plan.initialEpoch; epoch < plan.epochs && !model.stopTraining; epoch++) {
    if (progress.epoch !== epoch) Object.assign(progress, { epoch, batch: 0, totals: [] })
    await callbacks.epochBegin(epoch)
    const totals = new Totals(layout, progress.totals)
    progress.totals = totals.values
    const completed = await runEpoch({ ...run, callbacks }, totals)
    const measured =
      completed && plan.validation !== undefined ? await validate(run.session, plan.validation, plan.batchSize) : {}
    // Keras puts the means over training after the validation's figures.
    logs = { ...measured, ...totals.figures() }
    if (completed) {
      Object.assign(progress, { epoch: epoch + 1, batch: 0, totals: [] })
    }
    await callbacks.epochEnd(epoch, logs)
  }
  await callbacks.trainEnd(logs)
}

/** Returns whether the epoch came to its end, rather than being stopped. */
async function runEpoch(run: Run, totals: Totals): Promise<boolean> {
  const { model, steps, progress, plan } = run
  const upcoming = units(plan.source, progress.epoch, { ...plan.unitOptions, first: progress.batch })
  let staged = await stageNext(upcoming, steps, progress)
  while (staged !== undefined) {
    const { unit } = staged
    await announce(unit, progress.batch, run.callbacks)
    const next = after(progress, unit)
    const running = begin(steps.run(staged, { ...progress }))
    const following = await stageNext(upcoming, steps, next)
    const sums = await running
    Object.assign(progress, next)
    await report(unit, sums, run, totals)
    staged = following
    if (model.stopTraining) break
  }
  await upcoming.return(undefined)
  return staged === undefined
}

async function stageNext(
  upcoming: AsyncGenerator<Unit>,
  steps: Steps,
  position: Position,
): Promise<Staged | undefined> {
  const { value, done } = await upcoming.next()
  return done ? undefined : steps.stage(value, position)
}

async function announce(unit: Unit, first: number, callbacks: CallbackList): Promise<void> {
  for (const [index, { size }] of unit.batches.entries()) {
    await callbacks.batchBegin(first + index, { batch: first + index, size })
  }
}

async function report(unit: Unit, sums: readonly Float32Array[], run: Run, totals: Totals): Promise<void> {
  for (const [index, batch] of unit.batches.entries()) {
    const number = run.progress.batch
    totals.add(sums[index] as Float32Array, batch)
    run.progress.batch++
    const figures = totals.single(sums[index] as Float32Array, batch)
    await run.callbacks.batchEnd(number, { batch: number, size: batch.size, ...figures })
  }
}

async function validate(session: Session, set: ArraySet, batchSize: number): Promise<Record<string, number>> {
  const batches = arraySource(set, { batchSize, shuffle: false, seed: 0 }).epoch(0, 0)
  return (await evaluateBatches(session, batches)).figures('val_')
}

function paramsOf(
  { epochs, batchSize, source, verbose, validation }: FitPlan,
  figures: readonly string[],
): TrainingParams {
  const doValidation = validation !== undefined
  return {
    epochs,
    batchSize,
    verbose,
    doValidation,
    ...(validation === undefined ? {} : { validationSamples: validation.length }),
    ...(source.samples === undefined ? {} : { samples: source.samples }),
    ...(source.batches === undefined ? {} : { steps: source.batches }),
    metrics: doValidation ? [...figures, ...figures.map((name) => `val_${name}`)] : figures,
  }
}
