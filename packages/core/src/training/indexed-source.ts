import { partition, type RankOf } from '../distributed/partition.ts'
import { LockstepError } from '../errors.ts'
import { type Batch, countOf, emptyBatch, type Rows } from './batch.ts'
import { type DatasetSourceOptions, datasetBatch, refuseSampleWeight } from './dataset.ts'
import { type IndexedDataset, numbersOf } from './indexed-dataset.ts'
import type { Program } from './program.ts'
import { type ArraySourceOptions, type BatchSource, checkBatchSize, rowPlan } from './source.ts'

export interface IndexedSourceOptions
  extends DatasetSourceOptions,
    Pick<ArraySourceOptions, 'batchSize' | 'shuffle' | 'seed'> {
  /** Whose part of each batch to take; default: all of it. `batchSize` is that of the whole batch. */
  readonly ranks?: RankOf
}

/**
 * Batches of samples in an order that seed and epoch decide, whoever asks; the last one holds the rest. Throws
 * `invalid-data`, while they are taken, where the dataset gives another number of samples than it was asked for.
 */
export function indexedSource(program: Program, dataset: IndexedDataset, options: IndexedSourceOptions): BatchSource {
  const { batchSize, limit, ranks, classWeight } = options
  checkBatchSize(batchSize)
  refuseSampleWeight(options)
  const all = Math.ceil(dataset.length / batchSize)
  const batches = Math.min(all, limit ?? all)
  const batchOf = async (rows: Rows): Promise<Batch> => {
    const numbers = numbersOf(rows)
    const batch = datasetBatch(program, await dataset.batch(numbers), classWeight)
    if (batch.size === numbers.length) return batch
    throw new LockstepError(
      'invalid-data',
      { source: 'dataset' },
      `the dataset gave ${batch.size} samples when asked for ${numbers.length}; expected one for each number, in their order`,
    )
  }
  return {
    batches,
    samples: Math.min(dataset.length, batches * batchSize),
    async *epoch(epoch, first) {
      const rowsOf = rowPlan(dataset.length, epoch, options)
      for (let index = first; index < batches; index++) {
        const rows = rowsOf(index)
        if (ranks === undefined) yield await batchOf(rows)
        else yield await ownPart(rows, ranks, program, batchOf)
      }
    },
  }
}

async function ownPart(
  rows: Rows,
  ranks: RankOf,
  { objectives }: Program,
  batchOf: (rows: Rows) => Promise<Batch>,
): Promise<Batch> {
  const size = countOf(rows)
  const [start, end] = partition(size, ranks)
  const share = { offset: start, size }
  if (start === end) return emptyBatch(objectives.length, share)
  const own =
    rows instanceof Uint32Array ? rows.subarray(start, end) : { start: rows.start + start, count: end - start }
  return { ...(await batchOf(own)), share }
}
