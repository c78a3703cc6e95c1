import { hostUpdate, hyperparameterInput, type UpdateScalars, updateGraph, updateInputs } from '../apply/index.ts'
import type { Replica } from '../backend/backend.ts'
import { type Feed, makeFeed } from './feed.ts'
import type { StatePlan } from './state-plan.ts'

/** Divides, regularises, clips and applies the learner to what the state holds. */
export type Updater = (scalars: UpdateScalars) => Promise<void>

/** The update on that replica: in place where its state is on the host, otherwise a graph of its own. */
export async function updater(replica: Replica, { layout, update }: StatePlan): Promise<Updater> {
  if (update === undefined) return async () => undefined
  if (replica.hostState !== undefined) {
    const apply = hostUpdate(replica.hostState, layout, update)
    return async (scalars) => apply(scalars)
  }
  const feed = await makeFeed(replica, updateGraph(update))
  return async (scalars) => {
    writeScalars(feed, updateScalars(scalars))
    await feed.run()
  }
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
