import type { Batch } from './batch.ts'
import type { Logs } from './callback.ts'
import { after, type TrainingProgress } from './progress.ts'
import type { Session } from './session.ts'
import type { StepRunner } from './step-runner.ts'
import { Totals } from './totals.ts'
import { accumulatedUnits, type Unit } from './units.ts'

interface BatchRun {
  readonly session: Session
  readonly steps: StepRunner
  readonly progress: TrainingProgress
}

/** One update on one batch; returns the figures from before it. Samples and the step are counted, epochs are not. */
export async function trainBatch({ session, steps, progress }: BatchRun, batch: Batch): Promise<Logs> {
  const totals = new Totals(session.sums)
  const [unit] = accumulatedUnits([batch]) as [Unit]
  const staged = await steps.stage(unit, { step: progress.step, samples: progress.samples })
  await session.turns.take(async () => {
    for (const each of (await steps.run(staged)) ?? []) totals.merge(each)
    Object.assign(progress, after(staged.position, unit))
  })
  return totals.figures()
}
