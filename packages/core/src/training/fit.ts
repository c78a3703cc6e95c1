import type { Callback, TrainingParams } from './callback.ts'
import { CallbackList } from './callback-list.ts'
import { evaluateBatches } from './measure.ts'
import { type EpochRun, runEpoch } from './run-epoch.ts'
import type { Session } from './session.ts'
import { type ArraySet, arraySource, type BatchSource } from './source.ts'
import { figureNames, Totals } from './totals.ts'
import type { UnitOptions } from './units.ts'

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

interface FitRun extends Omit<EpochRun, 'plan' | 'callbacks'> {
  readonly plan: FitPlan
}

/** The training loop: epochs, validation and callbacks. `progress` is current after every update. */
export async function runFit(run: FitRun): Promise<void> {
  const { model, session, plan, progress } = run
  const callbacks = new CallbackList(plan.callbacks)
  await callbacks.trainBegin({ model, params: paramsOf(plan, figureNames(session.sums)) })
  let logs: Record<string, number> = {}
  for (let epoch = plan.initialEpoch; epoch < plan.epochs && !model.stopTraining; epoch++) {
    if (progress.epoch !== epoch) Object.assign(progress, { epoch, batch: 0, totals: [] })
    await callbacks.epochBegin(epoch)
    const totals = new Totals(session.sums, progress.totals)
    const completed = await runEpoch({ ...run, callbacks }, totals)
    const measured = completed && plan.validation !== undefined ? await validate(session, plan.validation, plan) : {}
    // Keras puts the means over training after the validation's figures.
    logs = { ...measured, ...totals.figures() }
    if (completed) Object.assign(progress, { epoch: epoch + 1, batch: 0, totals: [] })
    await callbacks.epochEnd(epoch, logs)
  }
  await callbacks.trainEnd(logs)
}

async function validate(
  session: Session,
  set: ArraySet,
  { batchSize }: Pick<FitPlan, 'batchSize'>,
): Promise<Record<string, number>> {
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
