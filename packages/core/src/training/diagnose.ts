import type { Feed } from './feed.ts'
import { feedBatch } from './feed-batch.ts'
import type { Session } from './session.ts'
import type { Unit } from './units.ts'

/**
 * The first input or layer, in the order of the network, whose value for this unit's (first) batch is not finite; the
 * loss when all of them are. To be called in the turn of the unit and before its update, with the feed that it was
 * computed with; where the update is part of the call, the weights are those after it.
 */
export async function diagnose(session: Session, unit: Unit, feed: Feed | undefined): Promise<string> {
  const [batch] = unit.batches
  if (batch === undefined || feed === undefined) return 'loss'
  using probe = await session.feed('diagnosis', batch.size)
  feedBatch(probe, session.program, batch, 0)
  probe.randoms.copyFrom(feed.randoms)
  await probe.run()
  const found = Object.entries(probe.outputs).find(([, [value]]) => !Number.isFinite(value))
  return found?.[0] ?? 'loss'
}
