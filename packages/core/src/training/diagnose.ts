import type { Feed } from './feed.ts'
import type { Session } from './session.ts'
import { feedBatch } from './steps.ts'
import type { Unit } from './units.ts'

/**
 * The first input or layer, in the order of the network, whose value for this unit's (first) batch is not finite; the
 * loss when all of them are. To be called before the update, with the random tensors that the unit was computed with.
 */
export async function diagnose(session: Session, unit: Unit, feed: Feed | undefined): Promise<string> {
  const [batch] = unit.batches
  if (batch === undefined || feed === undefined) return 'loss'
  const probe = await session.feed('diagnosis', batch.size, 0)
  feedBatch(probe, session.program, batch, 0)
  probe.randoms.copyFrom(feed.randoms)
  await probe.run()
  const found = Object.entries(probe.outputs).find(([, [value]]) => !Number.isFinite(value))
  return found?.[0] ?? 'loss'
}
