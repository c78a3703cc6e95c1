import type { Batch } from '../training/batch.ts'
import type { Group } from './group.ts'

/** A batch that is made up of one batch of every rank; a call of all ranks. */
export async function sharedBatch(group: Group, own: Batch): Promise<Batch> {
  const sizes = await group.gather(own.size)
  const sum = (list: readonly number[]): number => list.reduce((total, size) => total + size, 0)
  return { ...own, share: { offset: sum(sizes.slice(0, group.rank)), size: sum(sizes) } }
}
