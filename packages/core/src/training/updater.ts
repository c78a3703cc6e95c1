import {
  hostUpdate,
  hyperparameterInput,
  sharedUpdate,
  type UpdateScalars,
  updateGraph,
  updateInputs,
} from '../apply/index.ts'
import type { Replica } from '../backend/backend.ts'
import { type Feed, makeFeed } from './feed.ts'
import { updateHelpers } from './platform.ts'
import type { StatePlan } from './state-plan.ts'

/** Divides, regularises, clips and applies the learner to what the state holds. */
export interface Updater extends Disposable {
  /** Other threads take part, so that the calling one is free for what is to be done `meanwhile`. */
  readonly shared: boolean
  /** `meanwhile` must not touch the state; it is called where the update is `shared`. It must not reject. */
  run(scalars: UpdateScalars, meanwhile?: () => Promise<unknown>): Promise<void>
}

/**
 * The update on that replica: in place where its state is on the host, on up to `threads` threads, otherwise a graph of
 * its own.
 */
export async function updater(
  replica: Replica,
  { layout, update }: StatePlan,
  threads: number | undefined,
): Promise<Updater> {
  if (update === undefined) return alone(async () => undefined)
  if (replica.hostState !== undefined) {
    const start = await updateHelpers(threads)
    const shared = start && sharedUpdate(replica.hostState, layout, update, start)
    if (shared === undefined) return alone(hostUpdate(replica.hostState, layout, update))
    return {
      shared: true,
      async run(scalars, meanwhile) {
        const finish = shared.begin(scalars)
        await meanwhile?.()
        finish()
      },
      [Symbol.dispose]: () => shared[Symbol.dispose](),
    }
  }
  const feed = await makeFeed(replica, updateGraph(update))
  return alone(async (scalars) => {
    writeScalars(feed, updateScalars(scalars))
    await feed.run()
  })
}

function alone(run: (scalars: UpdateScalars) => void | Promise<void>): Updater {
  return { shared: false, run: async (scalars) => run(scalars), [Symbol.dispose]: () => undefined }
}

/** The scalar inputs of an update graph by their names. */
export function updateScalars({ denominator, sampleCount, hyperparameters }: UpdateScalars): Record<string, number> {
  const named = Object.entries(hyperparameters).map(([name, value]) => [hyperparameterInput(name), value])
  return {
    ...Object.fromEntries(named),
    [updateInputs.denominator]: denominator,
    [updateInputs.sampleCount]: sampleCount,
  }
}

/** Sets scalar inputs of a feed by name, for run number `run`; those that the graph does not have are left out. */
export function writeScalars(feed: Feed, scalars: Readonly<Record<string, number>>, run = 0): void {
  for (const [name, value] of Object.entries(scalars)) {
    const memory = feed.inputs[name]
    if (memory !== undefined) memory[run] = value
  }
}
