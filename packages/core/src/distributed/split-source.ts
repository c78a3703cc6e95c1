import { type Batch, emptyBatch, partOf } from '../training/batch.ts'
import type { BatchSource } from '../training/source.ts'
import type { BatchMode } from './deal.ts'
import { partition, type RankOf } from './partition.ts'

/**
 * This rank's part of batches that every rank is given: with `global` its share of each batch; with `perWorker` whole
 * batches in turn, as many of them making a global one as there are ranks. `batches` and `first` of `source` count what
 * the dataset yields, those of the result global batches.
 */
export function splitSource(source: BatchSource, ranks: RankOf, mode: BatchMode): BatchSource {
  const { rank, worldSize } = ranks
  if (mode === 'global') {
    return {
      ...source,
      async *epoch(epoch, first) {
        for await (const batch of source.epoch(epoch, first)) {
          const [start, end] = partition(batch.size, ranks)
          yield partOf(batch, start, end, { offset: start, size: batch.size })
        }
      },
    }
  }
  return {
    ...(source.batches !== undefined && { batches: Math.ceil(source.batches / worldSize) }),
    async *epoch(epoch, first) {
      let group: Batch[] = []
      for await (const batch of source.epoch(epoch, first * worldSize)) {
        if (group.push(batch) < worldSize) continue
        yield turnOf(group, rank)
        group = []
      }
      if (group.length > 0) yield turnOf(group, rank)
    },
  }
}

function turnOf(group: readonly Batch[], rank: number): Batch {
  const sizeOf = (batches: readonly Batch[]): number => batches.reduce((sum, { size }) => sum + size, 0)
  const share = { offset: sizeOf(group.slice(0, rank)), size: sizeOf(group) }
  const own = group[rank]
  return own === undefined ? emptyBatch((group[0] as Batch).weights.length, share) : { ...own, share }
}
