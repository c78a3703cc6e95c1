import type { BatchMode } from '../distributed/deal.ts'
import type { RankOf } from '../distributed/partition.ts'
import { splitSource } from '../distributed/split-source.ts'
import { type Dataset, datasetSource } from './dataset.ts'
import { isIndexed } from './indexed-dataset.ts'
import { type IndexedSourceOptions, indexedSource } from './indexed-source.ts'
import type { Program } from './program.ts'
import type { BatchSource } from './source.ts'

/** Between whom batches are split, and what a batch's size counts. */
export interface Split {
  readonly ranks: RankOf
  readonly mode: BatchMode
}

/** The batches of a dataset; of several ranks, which give the same dataset, this one's parts of them. */
export function sourceOfDataset(
  program: Program,
  dataset: Dataset,
  options: Omit<IndexedSourceOptions, 'ranks'>,
  split?: Split,
): BatchSource {
  const { batchSize, limit } = options
  const times = split?.mode === 'perWorker' ? split.ranks.worldSize : 1
  if (isIndexed(dataset)) {
    const ranks = split && { ranks: split.ranks }
    return indexedSource(program, dataset, { ...options, batchSize: batchSize * times, ...ranks })
  }
  const source = datasetSource(program, dataset, { ...options, ...(limit !== undefined && { limit: limit * times }) })
  return split === undefined ? source : splitSource(source, split.ranks, split.mode)
}
