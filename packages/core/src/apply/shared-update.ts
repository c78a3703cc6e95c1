import type { Arena } from '../backend/arena.ts'
import type { StateLayout } from '../backend/state-layout.ts'
import { sizeOf } from '../graph/node.ts'
import { hasSimd, isShared } from '../wasm/index.ts'
import { beginPass, finishPass, piecesOf, type StartHelpers, shareWork } from './shared-work.ts'
import { prepareUpdate, scalarsOf, type UpdateScalars, updateJobs } from './update-jobs.ts'
import type { UpdatePlan } from './update-plan.ts'

/** An update in which other threads take part. Disposing it ends them. */
export interface SharedUpdate extends Disposable {
  /**
   * Lets the other threads begin. The caller may do something else before it calls the function that comes back, once,
   * which takes part and returns when the update is done; until then the state belongs to the update.
   */
  begin(scalars: UpdateScalars): () => void
}

/** Fewer elements than this one thread has updated before another is awake. */
const worthSharing = 65_536

/**
 * The same as {@link hostUpdate}, and to the same bits, on several threads. Undefined where that cannot be or is not
 * worth the while: memory that is not shared, operations that WebAssembly lacks, few parameters.
 */
export function sharedUpdate(
  arena: Arena,
  layout: StateLayout,
  plan: UpdatePlan,
  start: StartHelpers,
): SharedUpdate | undefined {
  const elements = plan.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  if (!isShared(arena.memory) || !hasSimd() || elements < worthSharing) return undefined
  const jobs = updateJobs(arena, layout, plan, true)
  const { wasm } = jobs.compiled
  if (wasm === undefined || !jobs.updates.every(({ name }) => name in wasm.exports)) return undefined
  const ends = jobs.updates.map((_, index) =>
    jobs.updates.slice(0, index + 1).reduce((sum, { kernel }) => sum + kernel.scalars.length, 0),
  )
  const pieces = jobs.updates.flatMap(({ name, kernel, count, offsets }, index) => {
    const addresses = offsets.map((offset) => offset * Float32Array.BYTES_PER_ELEMENT)
    const end = ends[index] as number
    return piecesOf({ kernel: name, count, addresses, scalars: [end - kernel.scalars.length, end] })
  })
  const work = shareWork({ module: wasm.module, memory: arena.memory, pieces }, ends.at(-1) ?? 0)
  const helpers = start(work)
  return {
    begin(scalars) {
      const values = prepareUpdate(jobs, plan, scalars)
      work.scalars.set(jobs.updates.flatMap((job) => scalarsOf(job, values)))
      beginPass(work)
      return () => finishPass(work, wasm.exports)
    },
    [Symbol.dispose]: () => helpers[Symbol.dispose](),
  }
}
