import type { Batch } from './batch.ts'
import type { Feed } from './feed.ts'
import { feedBatch } from './feed-batch.ts'
import type { Session } from './session.ts'

/**
 * The first input or layer, in the order of the network, whose value for one of a unit's batches is not finite; the
 * loss when all of them are. To be called in the turn of the unit and before its update, with the feed that it was
 * computed with; where the update is part of the call, the weights are those after it.
 */
export async function diagnose(session: Session, batch: Batch, feed: Feed, run: number): Promise<string> {
  using probe = await session.feed('diagnosis', batch.size)
  feedBatch(probe, session.program, batch, 0)
  probe.randoms.copyFrom(feed.randoms, run)
  await probe.run()
  const found = Object.entries(probe.outputs).find(([, [value]]) => !Number.isFinite(value))
  return found?.[0] ?? 'loss'
}
