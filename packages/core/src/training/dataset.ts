import { LockstepError } from '../errors.ts'
import type { Batch } from './batch.ts'
import type { ModelData } from './data.ts'
import { type IndexedDataset, isIndexed } from './indexed-dataset.ts'
import { trainingSet, type WeightOptions, wholeBatch } from './model-data.ts'
import { NdArray } from './ndarray.ts'
import type { Program } from './program.ts'
import type { BatchSource } from './source.ts'
import type { ClassWeight } from './targets.ts'

/** A batch as a dataset yields it. */
export type DatasetBatch =
  | { readonly x: ModelData; readonly y: ModelData; readonly sampleWeight?: ModelData }
  | readonly [x: ModelData, y: ModelData, sampleWeight?: ModelData]

/**
 * Batches, in order; or samples by number, which are shuffled and cut into batches. What can be iterated anew begins
 * anew every epoch, and its iterators are closed. An iterator (a generator, say) goes on from epoch to epoch; it stays
 * open and belongs to the caller. Batches are asked for ahead of training and read until they have been trained on: do
 * not reuse their memory. In data-parallel training every rank gives the same dataset, and takes its part of it.
 */
export type Dataset = BatchSequence | IndexedDataset

/** Batches one after the other. */
export type BatchSequence = Iterable<DatasetBatch> | AsyncIterable<DatasetBatch>

/** Whether this is a dataset of batches rather than arrays. */
export function isDataset(x: ModelData | Dataset): x is Dataset {
  if (typeof x !== 'object' || x === null || ArrayBuffer.isView(x)) return false
  if (Array.isArray(x)) return isBatch(x[0])
  if (isIndexed(x)) return true
  return Symbol.asyncIterator in x || Symbol.iterator in x
}

/** Of the elements of an array, those that cannot be rows of numbers or the inputs of a model. */
function isBatch(element: unknown): boolean {
  if (typeof element !== 'object' || element === null) return false
  if (!Array.isArray(element)) return 'x' in element && 'y' in element
  return element[0] instanceof NdArray || ArrayBuffer.isView(element[0])
}

/** What is trained on or measured. */
export type TrainingData = { readonly x: ModelData; readonly y: ModelData } | { readonly dataset: Dataset }

/** The arguments of `fit` and `evaluate`, which are `(x, y, options)` or `(dataset, options)`. */
export function givenData<Options extends object>(
  x: ModelData | Dataset,
  y: ModelData | Options | undefined,
  options: Options | undefined,
): { data: TrainingData; options: Partial<Options> } {
  if (isDataset(x)) return { data: { dataset: x }, options: (y as Options | undefined) ?? options ?? {} }
  return { data: { x, y: y as ModelData }, options: options ?? {} }
}

/** Options of {@link datasetSource}. */
export interface DatasetSourceOptions extends WeightOptions {
  /** Batches of an epoch. */
  readonly limit?: number
}

/**
 * Batches from a dataset; while they are taken throws `invalid-data` where there are none, or fewer than the limit.
 * Sample weights are refused with `invalid-argument`: they come with the batches.
 */
export function datasetSource(program: Program, dataset: BatchSequence, options: DatasetSourceOptions): BatchSource {
  const { limit, classWeight } = options
  refuseSampleWeight(options)
  return {
    ...(limit === undefined ? {} : { batches: limit }),
    async *epoch(epoch, first) {
      let index = 0
      for await (const value of 'next' in dataset ? keptOpen(dataset as BatchIterator) : dataset) {
        if (index >= first) yield datasetBatch(program, value, classWeight)
        index++
        if (index === limit) return
      }
      if (index === 0) throw invalid(`the dataset gave no batch in epoch ${epoch}; give one that can be iterated anew`)
      if (limit === undefined) return
      throw invalid(
        `the dataset ended after ${index} batches of this epoch; stepsPerEpoch is ${limit}: repeat the dataset or lower stepsPerEpoch`,
      )
    },
  }
}

type BatchIterator = Iterator<DatasetBatch> | AsyncIterator<DatasetBatch>

/** An iterator for a loop that does not close it. */
function keptOpen(iterator: BatchIterator): AsyncIterable<DatasetBatch> {
  return { [Symbol.asyncIterator]: () => ({ next: async () => iterator.next() }) }
}

/** Throws `invalid-argument` for sample weights beside a dataset. */
export function refuseSampleWeight({ sampleWeight }: WeightOptions): void {
  if (sampleWeight === undefined) return
  throw new LockstepError(
    'invalid-argument',
    { argument: 'sampleWeight' },
    'sampleWeight needs arrays, but there is a dataset; yield { x, y, sampleWeight } from it',
  )
}

/** A batch as a dataset gave it, checked. */
export function datasetBatch(program: Program, value: DatasetBatch, classWeight: ClassWeight | undefined): Batch {
  if (typeof value !== 'object' || value === null)
    throw invalid(`the dataset yielded ${String(value)}; expected { x, y } or [x, y]`)
  const [x, y, sampleWeight] = 'x' in value ? [value.x, value.y, value.sampleWeight] : value
  return wholeBatch(
    trainingSet(program, x, y, {
      ...(sampleWeight === undefined ? {} : { sampleWeight }),
      ...(classWeight === undefined ? {} : { classWeight }),
    }),
  )
}

function invalid(message: string): LockstepError<'invalid-data'> {
  return new LockstepError('invalid-data', { source: 'dataset' }, message)
}
