import { type MeetingModel, settle } from '../distributed/meet.ts'
import { startLine } from '../distributed/start-line.ts'
import type { Callback, TrainedModel, TrainingParams } from './callback.ts'
import { CallbackList } from './callback-list.ts'
import type { Compiled } from './compile.ts'
import { evaluateBatches } from './measure.ts'
import { type EpochRun, runEpoch } from './run-epoch.ts'
import { type ArraySet, arraySource, type BatchSource } from './source.ts'
import { figureNames, Totals } from './totals.ts'
import type { UnitOptions } from './units.ts'

/** What `fit` was asked for, with everything resolved. */
export interface FitPlan {
  readonly source: BatchSource
  /** Of several ranks this one's part. */
  readonly validation?: ArraySet
  /** Of all ranks, where there are several. */
  readonly validationSamples?: number
  readonly epochs: number
  readonly initialEpoch: number
  readonly batchSize: number
  /** Samples of a batch of all ranks, where there are several. */
  readonly globalBatchSize?: number
  readonly unitOptions: Omit<UnitOptions, 'first'>
  readonly callbacks: readonly Callback[]
  readonly verbose: number
}

interface FitRun extends Omit<EpochRun, 'plan' | 'callbacks' | 'model'> {
  readonly model: TrainedModel & MeetingModel
  readonly plan: FitPlan
  readonly compiled: Compiled
}

/** The training loop: epochs, validation and callbacks. `progress` is current after every update. */
export async function runFit(run: FitRun): Promise<void> {
  const { model, session, plan, progress } = run
  const { group } = run.compiled
  const callbacks = new CallbackList(plan.callbacks.filter(({ rankZeroOnly }) => !rankZeroOnly || !group?.rank))
  if (group?.rank === 0 && plan.verbose > 0) {
    const { globalBatchSize: batchSize = plan.batchSize, source } = plan
    group.distribution.onMessage(startLine(group, session, { batchSize, steps: source.batches }))
  }
  await callbacks.trainBegin({ model, params: paramsOf(plan, figureNames(session.sums)) })
  let logs: Record<string, number> = {}
  for (let epoch = plan.initialEpoch; epoch < plan.epochs && !model.stopTraining; epoch++) {
    if (progress.epoch !== epoch) Object.assign(progress, { epoch, batch: 0, totals: [] })
    await callbacks.epochBegin(epoch)
    const totals = new Totals(session.sums, progress.totals)
    const completed = await runEpoch({ ...run, callbacks }, totals)
    const measured = completed && plan.validation !== undefined ? await validate(run, plan.validation) : {}
    // Keras puts the means over training after the validation's figures.
    logs = { ...measured, ...totals.figures() }
    if (completed) Object.assign(progress, { epoch: epoch + 1, batch: 0, totals: [] })
    await callbacks.epochEnd(epoch, logs)
    if (group !== undefined) await settle({ ...run, group }, model)
  }
  await callbacks.trainEnd(logs)
}

async function validate({ session, plan, compiled }: FitRun, set: ArraySet): Promise<Record<string, number>> {
  const { batchSize } = plan
  const batches = arraySource(set, { batchSize, shuffle: false, seed: 0 }).epoch(0, 0)
  const totals = await evaluateBatches(session, batches)
  await compiled.group?.sum(totals.values)
  return totals.figures('val_')
}

function paramsOf(
  { epochs, batchSize, globalBatchSize, source, verbose, validation, validationSamples }: FitPlan,
  figures: readonly string[],
): TrainingParams {
  const doValidation = validation !== undefined
  return {
    epochs,
    batchSize: globalBatchSize ?? batchSize,
    verbose,
    doValidation,
    ...(validation === undefined ? {} : { validationSamples: validationSamples ?? validation.length }),
    ...(source.samples === undefined ? {} : { samples: source.samples }),
    ...(source.batches === undefined ? {} : { steps: source.batches }),
    metrics: doValidation ? [...figures, ...figures.map((name) => `val_${name}`)] : figures,
  }
}
