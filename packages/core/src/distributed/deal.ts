import { apportion } from './apportion.ts'

/** Names of the two meanings of a batch size; see {@link Deal}. */
export type BatchMode = 'global' | 'perWorker'

/**
 * How samples that lie on the ranks are dealt out to the global batches of an epoch: rank r uses its samples in its own
 * order, `counts[r]` of them in a batch. All ranks compute the same deal from the lengths of all parts.
 */
export interface Deal {
  /** Global batches of an epoch: every rank makes as many steps. */
  readonly batches: number
  /** The first so many batches are full; later ones may be short. */
  readonly whole: number
  /** Samples that all ranks together have used before global batch `index`, by rank. */
  taken(index: number): readonly number[]
}

export interface DealOptions {
  /** Samples each rank has. */
  readonly lengths: readonly number[]
  readonly batchSize: number
  readonly mode: BatchMode
}

/**
 * `global`: a batch has `batchSize` samples of all ranks together, as many of each rank as its share of the samples
 * says, so that steps and batch sizes are those of one process. `perWorker`: every rank gives `batchSize` samples to a
 * batch until its own run out.
 */
export function deal({ lengths, batchSize, mode }: DealOptions): Deal {
  if (mode === 'global') {
    const total = lengths.reduce((sum, length) => sum + length, 0)
    return {
      batches: Math.ceil(total / batchSize),
      whole: Math.floor(total / batchSize),
      taken: (index) => apportion(Math.min(index * batchSize, total), lengths),
    }
  }
  return {
    batches: Math.ceil(Math.max(...lengths) / batchSize),
    whole: Math.floor(Math.min(...lengths) / batchSize),
    taken: (index) => lengths.map((length) => Math.min(index * batchSize, length)),
  }
}

/** A rank's samples of one global batch, in the rank's order, and their place in it. */
export interface DealtPart {
  readonly start: number
  readonly count: number
  /** Samples of lower ranks in the batch. */
  readonly offset: number
  /** Samples of all ranks in the batch. */
  readonly size: number
}

/** What global batch `index` has of that rank. */
export function dealtPart({ taken }: Deal, index: number, rank: number): DealtPart {
  const [from, to] = [taken(index), taken(index + 1)]
  const counts = to.map((end, other) => end - (from[other] as number))
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  return {
    start: from[rank] as number,
    count: counts[rank] as number,
    offset: sum(counts.slice(0, rank)),
    size: sum(counts),
  }
}
