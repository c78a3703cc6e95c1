import { wholeNumber } from '../arguments.ts'
import type { History } from '../callbacks/history.ts'
import type { Group } from '../distributed/group.ts'
import { measuredPart } from '../distributed/measured-part.ts'
import { ownPartSource } from '../distributed/own-part-source.ts'
import { LockstepError } from '../errors.ts'
import type { Callback } from './callback.ts'
import type { Compiled } from './compile.ts'
import type { ModelData } from './data.ts'
import type { Dataset, TrainingData } from './dataset.ts'
import { sourceOfDataset } from './dataset-source.ts'
import type { FitPlan } from './fit.ts'
import { isIndexed } from './indexed-dataset.ts'
import { splitSet, trainingSet, type WeightOptions } from './model-data.ts'
import { isNode, nodeTools } from './platform.ts'
import type { TrainingProgress } from './progress.ts'
import { type ArraySet, arraySource, type BatchSource } from './source.ts'

/** Options of `fit`, with Keras' names and defaults. */
export interface FitOptions extends WeightOptions {
  /**
   * Samples of one update (of accumulated gradients: of a micro-batch); the last batch may be smaller. Of several ranks:
   * of all together, or with the batch mode `perWorker` of each. Default 32.
   */
  readonly batchSize?: number
  /** Number of the epoch to end before, counted from 0. Default 1. */
  readonly epochs?: number
  /** The epoch to begin with. Default 0. */
  readonly initialEpoch?: number
  /**
   * Go on exactly where the model stands, in the middle of an epoch too: after `loadModel`, or after a stop. Give the
   * same data and batch size; a dataset must begin its epoch anew, its first batches are then skipped.
   */
  readonly resume?: boolean
  /** New order of samples every epoch, or of whole batches. Default true; datasets of batches keep their own order. */
  readonly shuffle?: boolean | 'batch'
  /** Batches of an epoch, at most those of the arrays; needed for datasets without an end. Default: all. */
  readonly stepsPerEpoch?: number
  /** Measured after every epoch: `[x, y]` or `[x, y, sampleWeight]`; the same on every rank, which measures its part. */
  readonly validationData?: readonly [x: ModelData, y: ModelData, sampleWeight?: ModelData]
  /** `validationData` is this rank's own part of what is measured. Default false. */
  readonly sharded?: boolean
  /** The share of the arrays, their last part, that is held back for validation; cut off before shuffling. */
  readonly validationSplit?: number
  readonly callbacks?: readonly Callback[]
  /** 0 silent, 1 progress bar, 2 a line an epoch. Default 1 in Node, elsewhere 0. */
  readonly verbose?: 0 | 1 | 2
}

interface FitContext {
  readonly seed: number
  readonly progress: TrainingProgress
  readonly history: History
}

/** Checks the options and the data, and sets `progress` to where training begins. */
export async function fitPlan(
  compiled: Compiled,
  data: TrainingData,
  options: FitOptions,
  { progress, history, ...context }: FitContext,
): Promise<FitPlan> {
  const { batchSize = 32, epochs = 1, verbose = isNode() ? 1 : 0, resume = false } = options
  const initialEpoch = options.initialEpoch ?? (resume ? progress.epoch : 0)
  wholeNumber('fit', 'epochs', epochs, 0)
  wholeNumber('fit', 'initialEpoch', initialEpoch, 0)
  if (options.stepsPerEpoch !== undefined) wholeNumber('fit', 'stepsPerEpoch', options.stepsPerEpoch, 1)
  const { group } = compiled
  const { seed } = group ?? context
  await group?.agree('the ranks were given different options of fit', comparable(data, options, initialEpoch), null)
  const sets =
    'dataset' in data ? ofDataset(compiled, data.dataset, options, seed) : await ofArrays(compiled, data, options, seed)
  const bar = verbose > 0 ? [(await nodeTools('verbose: 1')).progressBar()] : []
  const measured = await measuredOf(sets, options, group)
  if (!resume) Object.assign(progress, { epoch: initialEpoch, batch: 0, totals: [] })
  return {
    source: sets.source,
    ...measured,
    epochs,
    initialEpoch,
    batchSize,
    verbose,
    unitOptions: { accumulation: compiled.gradientAccumulation, fused: compiled.stepsPerExecution },
    callbacks: [...(options.callbacks ?? []), history, ...bar],
    ...(group !== undefined && { globalBatchSize: globalBatchSize(group, batchSize) }),
  }
}

/** What must be the same on all ranks, as JSON. */
function comparable(data: TrainingData, options: FitOptions, initialEpoch: number): unknown {
  const { batchSize, epochs, resume, shuffle, stepsPerEpoch, validationSplit, sharded } = options
  const dataset = 'dataset' in data ? data.dataset : undefined
  return {
    data: dataset === undefined ? 'arrays' : isIndexed(dataset) ? `a dataset of ${dataset.length} samples` : 'batches',
    validation: options.validationData !== undefined,
    ...{ batchSize, epochs, initialEpoch, resume, shuffle, stepsPerEpoch, validationSplit, sharded },
  }
}

type Sets = Pick<FitPlan, 'source' | 'validation'>

function ofDataset(compiled: Compiled, dataset: Dataset, options: FitOptions, seed: number): Sets {
  if (options.validationSplit !== undefined)
    throw invalid('validationSplit', 'needs arrays, but fit got a dataset; give validationData: [x, y]')
  const { batchSize = 32, shuffle = true, stepsPerEpoch: limit, classWeight, sampleWeight } = options
  const settings = {
    ...{ batchSize, shuffle, seed },
    ...(limit !== undefined && { limit }),
    ...(classWeight !== undefined && { classWeight }),
    ...(sampleWeight !== undefined && { sampleWeight }),
  }
  const { program, group } = compiled
  const split = group && { ranks: group, mode: group.distribution.batchMode }
  const source = sourceOfDataset(program, dataset, settings, split)
  return { source, ...validationOf(compiled, options) }
}

async function ofArrays(
  compiled: Compiled,
  { x, y }: { readonly x: ModelData; readonly y: ModelData },
  options: FitOptions,
  seed: number,
): Promise<Sets> {
  const { batchSize = 32, shuffle = true, stepsPerEpoch: limit, validationData, validationSplit = 0 } = options
  const { group } = compiled
  const sourceOf = async (set: ArraySet): Promise<BatchSource> => {
    const settings = { batchSize, shuffle, seed, ...(limit !== undefined && { limit }) }
    return group === undefined ? arraySource(set, settings) : ownPartSource(group, set, settings)
  }
  const all = trainingSet(compiled.program, x, y, options)
  if (validationData !== undefined || validationSplit === 0) {
    const validation = validationOf(compiled, options)
    return { source: await sourceOf(all), ...validation }
  }
  const [training, validation] = splitSet(all, validationSplit, group !== undefined)
  return { source: await sourceOf(training), validation }
}

/** Of several ranks each measures its part; what is split off its own arrays is its own. */
async function measuredOf(
  { validation }: Sets,
  { validationData, sharded = false }: FitOptions,
  group: Group | undefined,
): Promise<Pick<FitPlan, 'validation' | 'validationSamples'>> {
  if (validation === undefined) return {}
  if (group === undefined) return { validation }
  const own = sharded || validationData === undefined
  const { part, samples } = await measuredPart(group, 'validationData', validation, own)
  if (samples === 0) throw noValidation()
  return { validation: part, validationSamples: samples }
}

function globalBatchSize({ worldSize, distribution }: Group, batchSize: number): number {
  return distribution.batchMode === 'global' ? batchSize : batchSize * worldSize
}

function validationOf({ program, group }: Compiled, { validationData }: FitOptions): Pick<FitPlan, 'validation'> {
  if (validationData === undefined) return {}
  const [x, y, sampleWeight] = validationData
  const validation = trainingSet(program, x, y, sampleWeight === undefined ? {} : { sampleWeight })
  if (validation.length === 0 && group === undefined) throw noValidation()
  return { validation }
}

function noValidation(): LockstepError<'invalid-argument'> {
  return invalid('validationData', 'holds no samples; leave it out, or give some')
}

function invalid(argument: string, problem: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, `fit: ${argument} ${problem}`)
}
