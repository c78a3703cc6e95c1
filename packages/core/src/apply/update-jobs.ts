import type { Arena } from '../backend/arena.ts'
import { type StateLayout, stateEntry } from '../backend/state-layout.ts'
import { LockstepError } from '../errors.ts'
import { type CompiledKernels, compileKernels } from './compile-kernels.ts'
import type { Kernel } from './kernel.ts'
import { hyperparameterInput, updateInputs } from './update-graph.ts'
import {
  clipScaleInput,
  parameterEntry,
  parameterKernels,
  statisticEntry,
  statisticKernel,
  sweepKernel,
} from './update-kernels.ts'
import { slotEntries, type UpdatePlan } from './update-plan.ts'

/** A sweep costs about as much as half an update. */
const updatesPerSweep = 16

/** The scalars of one update. */
export interface UpdateScalars {
  /** What sums of gradients are divided by; above 0. */
  readonly denominator: number
  /** What sums of batch statistics are divided by; above 0. */
  readonly sampleCount: number
  /** Updates made before this one. */
  readonly step: number
  /** As `learner.hyperparameters` returns them. */
  readonly hyperparameters: Readonly<Record<string, number>>
}

/** A kernel and the part of the state that it runs on. */
export interface Job {
  readonly name: string
  readonly kernel: Kernel
  readonly count: number
  /** In elements. */
  readonly offsets: readonly number[]
}

/** Everything that makes up one update. */
export interface UpdateJobs {
  /** Squares to sum before the updates; only where the learner clips by norm. */
  readonly norms: readonly Job[]
  /** What takes subnormal numbers out of slots and statistics, before every {@link updatesPerSweep}th update. */
  readonly sweeps: readonly Job[]
  readonly updates: readonly Job[]
  readonly compiled: CompiledKernels<string>
}

/**
 * Runs what comes before the updates: a sweep when it is time, and the jobs of the norm. Returns the scalars that kernels
 * take, by name. Throws for counts that are not above 0.
 */
export function prepareUpdate(
  { norms, sweeps, compiled }: UpdateJobs,
  { learner }: UpdatePlan,
  scalars: UpdateScalars,
): ReadonlyMap<string, number> {
  checkCounts(scalars)
  if (scalars.step % updatesPerSweep === 0) for (const job of sweeps) runJob(job, compiled, new Map())
  const values = new Map([
    [updateInputs.denominator as string, scalars.denominator],
    [updateInputs.sampleCount as string, scalars.sampleCount],
    ...Object.entries(scalars.hyperparameters).map(([name, value]) => [hyperparameterInput(name), value] as const),
  ])
  if (learner.clipNorm !== undefined) {
    const norm = Math.sqrt(norms.reduce((sum, job) => sum + runJob(job, compiled, values), 0))
    values.set(clipScaleInput, norm >= learner.clipNorm ? learner.clipNorm / norm : 1)
  }
  return values
}

/** Runs a job on the calling thread; returns its sum of squares. */
export function runJob(job: Job, { runs }: CompiledKernels<string>, values: ReadonlyMap<string, number>): number {
  return runs.get(job.name)?.(job.count, job.offsets, scalarsOf(job, values)) ?? 0
}

/** The values of a job's scalars in their order. Throws `invalid-argument` when one is missing. */
export function scalarsOf({ kernel }: Job, values: ReadonlyMap<string, number>): number[] {
  return kernel.scalars.map((name) => {
    const value = values.get(name)
    if (value !== undefined) return value
    throw new LockstepError(
      'invalid-argument',
      { argument: name },
      `the update needs the scalar '${name}'; pass all that learner.hyperparameters returns`,
    )
  })
}

/** The jobs of an update, compiled for an arena laid out as `layout` from element 0. */
export function updateJobs(arena: Arena, layout: StateLayout, plan: UpdatePlan, simd: boolean): UpdateJobs {
  const { learner, parameters, statistics } = plan
  const kernels = new Map<string, Kernel>()
  const kindOf = parameters.map(({ regularizer: { l1, l2 } = { l1: 0, l2: 0 } }) => `${l1} ${l2}`)
  for (const [index, { regularizer }] of parameters.entries()) {
    const kind = kindOf[index] as string
    if (kernels.has(`update ${kind}`)) continue
    const { update, norm } = parameterKernels(learner, regularizer)
    kernels.set(`update ${kind}`, update)
    if (norm !== undefined) kernels.set(`norm ${kind}`, norm)
  }
  const averages = [...slotEntries(plan).map(({ name }) => name), ...statistics.map(({ weight }) => weight)]
  if (averages.length > 0) kernels.set('sweep', sweepKernel())
  for (const { momentum } of statistics) kernels.set(`statistic ${momentum}`, statisticKernel(learner, momentum))
  const compiled = compileKernels(arena, kernels, { simd, by: `learner ${learner.name}` })
  const job = (name: string, main: string, entryOf: (array: string) => string): Job => {
    const kernel = kernels.get(name) as Kernel
    const entries = kernel.arrays.map((array) => stateEntry(layout, entryOf(array)))
    const count = stateEntry(layout, main).length
    return { name, kernel, count, offsets: entries.map(({ offset }) => offset) }
  }
  const ofParameters = (what: string): Job[] =>
    parameters.map((parameter, index) =>
      job(`${what} ${kindOf[index]}`, parameter.name, (array) => parameterEntry(array, parameter, learner)),
    )
  const ofStatistics = statistics.map((statistic) =>
    job(`statistic ${statistic.momentum}`, statistic.weight, (array) => statisticEntry(array, statistic)),
  )
  return {
    norms: learner.clipNorm === undefined ? [] : ofParameters('norm'),
    sweeps: averages.map((name) => job('sweep', name, () => name)),
    updates: [...ofParameters('update'), ...ofStatistics],
    compiled,
  }
}

function checkCounts({ denominator, sampleCount }: UpdateScalars): void {
  for (const [argument, value] of Object.entries({ denominator, sampleCount })) {
    if (value > 0) continue
    throw new LockstepError(
      'invalid-argument',
      { argument },
      `the update got ${argument} ${value}; expected a number above 0: leave out an update without samples`,
    )
  }
}
