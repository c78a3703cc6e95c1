import type { Session } from '../training/session.ts'
import type { Group } from './group.ts'

/**
 * What the ranks are about to do, in one line: samples of an update and of a rank's part of it, updates of an epoch,
 * bytes of gradients and statistics that every rank exchanges in each.
 */
export function startLine(
  { worldSize, distribution }: Group,
  { plan }: Pick<Session, 'plan'>,
  counts: { readonly batchSize: number; readonly steps?: number | undefined },
): string {
  const { batchSize, steps } = counts
  const each = batchSize / worldSize
  const bytes = (plan.exchanged.end - plan.exchanged.start) * Float32Array.BYTES_PER_ELEMENT
  const parts = [
    `data parallel on ${worldSize} ranks (${distribution.batchMode})`,
    `${batchSize} samples an update, ${Number.isInteger(each) ? each : `about ${each.toFixed(1)}`} of each rank`,
    steps === undefined ? 'epochs as long as the dataset' : `${steps} batches an epoch`,
    `${shownBytes(bytes)} exchanged an update`,
    ...(plan.update?.statistics.length ? ['statistics of a batch are those of each rank’s part'] : []),
  ]
  return parts.join('; ')
}

function shownBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`
}
