import { wholeNumber } from '../arguments.ts'
import type { Group } from '../distributed/group.ts'
import { measuredPart } from '../distributed/measured-part.ts'
import type { Compiled } from './compile.ts'
import type { TrainingData } from './dataset.ts'
import { sourceOfDataset } from './dataset-source.ts'
import { sliceSet, trainingSet, type WeightOptions, wholeBatch } from './model-data.ts'
import { type ArraySet, arraySource, type BatchSource, checkBatchSize } from './source.ts'

/** Options of `evaluate`. */
export interface EvaluateOptions extends WeightOptions {
  /** Samples in one call; the figures do not depend on it. Default 32; datasets of batches have batches of their own. */
  readonly batchSize?: number
  /** Batches to take, for datasets without an end; at most those of the arrays. */
  readonly steps?: number
  /** The data is this rank's own part of what is measured, rather than the same on every rank. Default false. */
  readonly sharded?: boolean
}

/** The batches that `evaluate` measures, of several ranks this one's part; checks options and data. */
export async function evaluationSource(
  { program, group }: Pick<Compiled, 'program' | 'group'>,
  data: TrainingData,
  options: EvaluateOptions,
): Promise<BatchSource> {
  const { batchSize = 32, steps, sharded = false, ...weights } = options
  if (steps !== undefined) wholeNumber('evaluate', 'steps', steps, 1)
  checkBatchSize(batchSize)
  const plain = { batchSize, shuffle: false, seed: 0 } as const
  if ('dataset' in data) {
    const limited = { ...weights, ...(steps !== undefined && { limit: steps }) }
    const split = group === undefined || sharded ? undefined : ({ ranks: group, mode: 'global' } as const)
    return sourceOfDataset(program, data.dataset, { ...plain, ...limited }, split)
  }
  const set = trainingSet(program, data.x, data.y, weights)
  const taken = steps === undefined ? set : sliceSet(set, 0, Math.min(set.length, steps * batchSize))
  return arraySource(await ownPart(group, taken, sharded), plain)
}

/** All samples as one batch, of several ranks this one's part. */
export async function testSource(group: Group | undefined, set: ArraySet): Promise<BatchSource> {
  const part = await ownPart(group, set, false)
  return { epoch: () => [wholeBatch(part)] }
}

async function ownPart(group: Group | undefined, set: ArraySet, sharded: boolean): Promise<ArraySet> {
  return group === undefined ? set : (await measuredPart(group, 'the data', set, sharded)).part
}
