import type { Communicator } from '../backend/communicator.ts'
import { LockstepError } from '../errors.ts'
import { firstDifference } from './differences.ts'
import type { Distribution } from './distribution.ts'

/**
 * A model's ranks. What returns a promise is a call of all of them: each makes it at the same point.
 */
export class Group {
  readonly distribution: Distribution
  /** Of rank 0, once the ranks have met. */
  seed = 0
  #changed = true

  constructor(distribution: Distribution) {
    this.distribution = distribution
  }

  get communicator(): Communicator {
    return this.distribution.communicator
  }

  get rank(): number {
    return this.communicator.rank
  }

  get worldSize(): number {
    return this.communicator.worldSize
  }

  /** Whether this rank's state may differ from rank 0's. */
  get changed(): boolean {
    return this.#changed
  }

  /** This rank's state was written to; all take over rank 0's when they next meet. */
  markChanged(): void {
    this.#changed = true
  }

  markEqual(): void {
    this.#changed = false
  }

  /** Every rank's value, in rank order; of JSON. */
  async gather<T>(value: T): Promise<readonly T[]> {
    const blocks = await this.communicator.allGather(new TextEncoder().encode(JSON.stringify(value)))
    return blocks.map((block) => JSON.parse(new TextDecoder().decode(block.slice())) as T)
  }

  /**
   * Throws `rank-mismatch`, on every rank alike, unless `value` is the same on all of them: naming the first place where
   * two differ, both ranks and both values. Returns every rank's `own`.
   */
  async agree<T>(what: string, value: unknown, own: T): Promise<readonly T[]> {
    const all = await this.gather({ value: value ?? null, own })
    const [first] = all
    for (const [rank, other] of all.entries()) {
      const difference = firstDifference(first?.value, other.value)
      if (difference !== undefined) throw mismatch(what, difference, rank)
    }
    return all.map((each) => each.own)
  }

  /** Adds up over the ranks, in place. */
  async sum(values: Float64Array): Promise<void> {
    await this.communicator.allReduce(values)
  }
}

/** Runs a call of all ranks, where there are several; what fails here ends it, and the group, on every rank. */
export async function together<T>(group: Group | undefined, work: () => Promise<T>): Promise<T> {
  if (group === undefined) return work()
  try {
    return await work()
  } catch (error) {
    group.communicator.abort(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}

function mismatch(
  what: string,
  { path, values }: NonNullable<ReturnType<typeof firstDifference>>,
  rank: number,
): LockstepError<'rank-mismatch'> {
  const [first, other] = values.map((value) => JSON.stringify(value))
  return new LockstepError(
    'rank-mismatch',
    { ranks: [0, rank] },
    `${what}: ${path || 'the value'} is ${first} on rank 0 and ${other} on rank ${rank}; expected the same on every rank: start all of them with one program, one set of options and one version of each package`,
  )
}
