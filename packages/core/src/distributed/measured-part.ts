import { sliceSet } from '../training/model-data.ts'
import { sha256 } from '../training/sha256.ts'
import type { ArraySet } from '../training/source.ts'
import type { Group } from './group.ts'
import { partition } from './partition.ts'

/** What a rank measures of a data set, and how many samples all ranks measure together. */
export interface MeasuredPart {
  readonly part: ArraySet
  readonly samples: number
}

/**
 * This rank's part of a set that is to be measured by all; a call of all ranks. Unless it is `sharded`, which means that
 * each rank has a set of its own, they must have the same set, by length and hash, or `rank-mismatch` is thrown.
 */
export async function measuredPart(group: Group, what: string, set: ArraySet, sharded: boolean): Promise<MeasuredPart> {
  if (sharded) {
    const lengths = await group.gather(set.length)
    return { part: set, samples: lengths.reduce((sum, length) => sum + length, 0) }
  }
  const advice = `${what} differs between the ranks; give the same arrays to all of them, or { sharded: true }`
  await group.agree(advice, { samples: set.length, sha256: await hashOf(set) }, null)
  const [start, end] = partition(set.length, group)
  return { part: sliceSet(set, start, end), samples: set.length }
}

async function hashOf({ inputs, targets, weights }: ArraySet): Promise<string> {
  const arrays = [...inputs, ...targets].map(({ data }) => (Array.isArray(data) ? Float64Array.from(data) : data))
  return sha256([...arrays, ...weights.filter((each) => each !== undefined)] as Float32Array[])
}
