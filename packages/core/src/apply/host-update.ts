import type { Arena } from '../backend/arena.ts'
import { type StateLayout, stateEntry } from '../backend/state-layout.ts'
import { LockstepError } from '../errors.ts'
import { hasSimd } from '../wasm/index.ts'
import { compileKernels } from './compile-kernels.ts'
import type { Kernel, RunKernel } from './kernel.ts'
import { hyperparameterInput, updateInputs } from './update-graph.ts'
import { clipScaleInput, parameterEntry, parameterKernels, statisticEntry, statisticKernel } from './update-kernels.ts'
import type { UpdatePlan } from './update-plan.ts'

/** The scalars of one update. */
export interface UpdateScalars {
  /** What sums of gradients are divided by; above 0. */
  readonly denominator: number
  /** What sums of batch statistics are divided by; above 0. */
  readonly sampleCount: number
  /** As `learner.hyperparameters` returns them. */
  readonly hyperparameters: Readonly<Record<string, number>>
}

/** Updates parameters, slots and statistics in place, synchronously. Gradients and sums are read only. */
export type HostUpdate = (scalars: UpdateScalars) => void

/** Options of {@link hostUpdate}. */
export interface HostUpdateOptions {
  /** Use WebAssembly's vectors. Default: where the machine has them. */
  readonly simd?: boolean
}

interface Job {
  readonly run: RunKernel
  readonly kernel: Kernel
  readonly count: number
  readonly offsets: readonly number[]
}

/**
 * Compiles the update for an arena laid out as `layout` from element 0: one fused pass per parameter. It computes what
 * {@link updateNodes} does, in the same float32 operations, but the norm of `clipNorm`, which it sums in float64. Gaps
 * between entries keep their contents. A rule with operations that WebAssembly lacks (exp, log, pow, tanh, sigmoid)
 * runs in JavaScript, about 50 times slower; one that is not elementwise is refused with `unsupported`.
 */
export function hostUpdate(
  arena: Arena,
  layout: StateLayout,
  plan: UpdatePlan,
  { simd = hasSimd() }: HostUpdateOptions = {},
): HostUpdate {
  const { norms, updates } = jobs(arena, layout, plan, simd)
  const limit = plan.learner.clipNorm
  return (scalars) => {
    checkCounts(scalars)
    const values = new Map([
      [updateInputs.denominator as string, scalars.denominator],
      [updateInputs.sampleCount as string, scalars.sampleCount],
      ...Object.entries(scalars.hyperparameters).map(([name, value]) => [hyperparameterInput(name), value] as const),
    ])
    if (limit !== undefined) {
      const norm = Math.sqrt(norms.reduce((sum, job) => sum + runJob(job, values), 0))
      values.set(clipScaleInput, norm >= limit ? limit / norm : 1)
    }
    for (const job of updates) runJob(job, values)
  }
}

function runJob({ run, kernel, count, offsets }: Job, values: ReadonlyMap<string, number>): number {
  const scalars = kernel.scalars.map((name) => {
    const value = values.get(name)
    if (value !== undefined) return value
    throw new LockstepError(
      'invalid-argument',
      { argument: name },
      `the update needs the scalar '${name}'; pass all that learner.hyperparameters returns`,
    )
  })
  return run(count, offsets, scalars)
}

function jobs(arena: Arena, layout: StateLayout, plan: UpdatePlan, simd: boolean): { norms: Job[]; updates: Job[] } {
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
  for (const { momentum } of statistics) kernels.set(`statistic ${momentum}`, statisticKernel(learner, momentum))
  const compiled = compileKernels(arena, kernels, { simd, by: `learner ${learner.name}` })
  const job = (name: string, main: string, entryOf: (array: string) => string): Job => {
    const kernel = kernels.get(name) as Kernel
    const entries = kernel.arrays.map((array) => stateEntry(layout, entryOf(array)))
    const count = stateEntry(layout, main).length
    return { run: compiled.get(name) as RunKernel, kernel, count, offsets: entries.map(({ offset }) => offset) }
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
    updates: [...ofParameters('update'), ...ofStatistics],
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
