import type { Arena } from '../backend/arena.ts'
import type { StateLayout } from '../backend/state-layout.ts'
import { hasSimd } from '../wasm/index.ts'
import { prepareUpdate, runJob, type UpdateScalars, updateJobs } from './update-jobs.ts'
import type { UpdatePlan } from './update-plan.ts'

/** Updates parameters, slots and statistics in place, synchronously. Gradients and sums are read only. */
export type HostUpdate = (scalars: UpdateScalars) => void

/** Options of {@link hostUpdate}. */
export interface HostUpdateOptions {
  /** Use WebAssembly's vectors. Default: where the machine has them. */
  readonly simd?: boolean
}

/**
 * Compiles the update for an arena laid out as `layout` from element 0: one fused pass per parameter. It computes what
 * {@link updateNodes} does, in the same float32 operations, but the norm of `clipNorm`, which it sums in float64, and
 * slots and statistics, in which it makes subnormal numbers zero now and then, as they are slow. Gaps between entries keep
 * their contents. A rule with operations that WebAssembly lacks (exp, log, pow, tanh, sigmoid)
 * runs in JavaScript, about 50 times slower; one that is not elementwise is refused with `unsupported`.
 */
export function hostUpdate(
  arena: Arena,
  layout: StateLayout,
  plan: UpdatePlan,
  { simd = hasSimd() }: HostUpdateOptions = {},
): HostUpdate {
  const jobs = updateJobs(arena, layout, plan, simd)
  return (scalars) => {
    const values = prepareUpdate(jobs, plan, scalars)
    for (const job of jobs.updates) runJob(job, jobs.compiled, values)
  }
}
