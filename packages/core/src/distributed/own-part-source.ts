import { permutation } from '../random/index.ts'
import {
  type ArraySet,
  type ArraySourceOptions,
  type BatchSource,
  batchOf,
  checkBatchSize,
} from '../training/source.ts'
import { deal, dealtPart } from './deal.ts'
import type { Group } from './group.ts'

/**
 * Batches over arrays of which each rank has its own part; a call of all ranks. Shuffling permutes a rank's samples
 * among themselves, keyed by seed, epoch and rank; `'batch'` permutes the full global batches, alike on every rank.
 */
export async function ownPartSource(group: Group, set: ArraySet, options: ArraySourceOptions): Promise<BatchSource> {
  const { batchSize, limit, shuffle, seed } = options
  const { rank, distribution } = group
  checkBatchSize(batchSize)
  const lengths = await group.gather(set.length)
  const dealt = deal({ lengths, batchSize, mode: distribution.batchMode })
  const batches = Math.min(dealt.batches, limit ?? dealt.batches)
  return {
    inMemory: true,
    batches,
    samples: dealt.taken(batches).reduce((sum, length) => sum + length, 0),
    *epoch(epoch, first) {
      const samples = shuffle === true ? permutation(seed, epoch, set.length, rank) : undefined
      const order = shuffle === 'batch' ? permutation(seed, epoch, dealt.whole) : undefined
      for (let index = first; index < batches; index++) {
        const { start, count, ...share } = dealtPart(dealt, order?.[index] ?? index, rank)
        const rows = samples?.subarray(start, start + count) ?? { start, count }
        yield { ...batchOf(set, rows), share }
      }
    },
  }
}
