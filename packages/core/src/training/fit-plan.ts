import { wholeNumber } from '../arguments.ts'
import type { History } from '../callbacks/history.ts'
import { LockstepError } from '../errors.ts'
import type { Callback } from './callback.ts'
import type { Compiled } from './compile.ts'
import type { ModelData } from './data.ts'
import { type Dataset, datasetSource, type TrainingData } from './dataset.ts'
import type { FitPlan } from './fit.ts'
import { splitSet, trainingSet, type WeightOptions } from './model-data.ts'
import { isNode, nodeTools } from './platform.ts'
import type { TrainingProgress } from './progress.ts'
import { type ArraySet, arraySource, type BatchSource } from './source.ts'

/** Options of `fit`, with Keras' names and defaults. */
export interface FitOptions extends WeightOptions {
  /** Samples of one update (of accumulated gradients: of a micro-batch); the last batch may be smaller. Default 32. */
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
  /** New order of samples every epoch, or of whole batches. Default true; datasets keep their own order. */
  readonly shuffle?: boolean | 'batch'
  /** Batches of an epoch, at most those of the arrays; needed for datasets without an end. Default: all. */
  readonly stepsPerEpoch?: number
  /** Measured after every epoch: `[x, y]` or `[x, y, sampleWeight]`. */
  readonly validationData?: readonly [x: ModelData, y: ModelData, sampleWeight?: ModelData]
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
  { seed, progress, history }: FitContext,
): Promise<FitPlan> {
  const { batchSize = 32, epochs = 1, verbose = isNode() ? 1 : 0, resume = false } = options
  const initialEpoch = options.initialEpoch ?? (resume ? progress.epoch : 0)
  wholeNumber('fit', 'epochs', epochs, 0)
  wholeNumber('fit', 'initialEpoch', initialEpoch, 0)
  if (options.stepsPerEpoch !== undefined) wholeNumber('fit', 'stepsPerEpoch', options.stepsPerEpoch, 1)
  const sets = 'dataset' in data ? ofDataset(compiled, data.dataset, options) : ofArrays(compiled, data, options, seed)
  const bar = verbose > 0 ? [(await nodeTools('verbose: 1')).progressBar()] : []
  if (!resume) Object.assign(progress, { epoch: initialEpoch, batch: 0, totals: [] })
  return {
    ...sets,
    epochs,
    initialEpoch,
    batchSize,
    verbose,
    unitOptions: { accumulation: compiled.gradientAccumulation, fused: compiled.stepsPerExecution },
    callbacks: [...(options.callbacks ?? []), history, ...bar],
  }
}

type Sets = Pick<FitPlan, 'source' | 'validation'>

function ofDataset(compiled: Compiled, dataset: Dataset, options: FitOptions): Sets {
  if (options.validationSplit !== undefined)
    throw invalid('validationSplit', 'needs arrays, but fit got a dataset; give validationData: [x, y]')
  const { stepsPerEpoch: limit, ...weights } = options
  const source = datasetSource(compiled.program, dataset, { ...weights, ...(limit !== undefined && { limit }) })
  return { source, ...validationOf(compiled, options) }
}

function ofArrays(
  compiled: Compiled,
  { x, y }: { readonly x: ModelData; readonly y: ModelData },
  options: FitOptions,
  seed: number,
): Sets {
  const { batchSize = 32, shuffle = true, stepsPerEpoch: limit, validationData, validationSplit = 0 } = options
  const sourceOf = (set: ArraySet): BatchSource =>
    arraySource(set, { batchSize, shuffle, seed, ...(limit !== undefined && { limit }) })
  const all = trainingSet(compiled.program, x, y, options)
  if (validationData !== undefined || validationSplit === 0)
    return { source: sourceOf(all), ...validationOf(compiled, options) }
  const [training, validation] = splitSet(all, validationSplit)
  return { source: sourceOf(training), validation }
}

function validationOf({ program }: Compiled, { validationData }: FitOptions): Pick<FitPlan, 'validation'> {
  if (validationData === undefined) return {}
  const [x, y, sampleWeight] = validationData
  const validation = trainingSet(program, x, y, sampleWeight === undefined ? {} : { sampleWeight })
  if (validation.length === 0) throw invalid('validationData', 'holds no samples; leave it out, or give some')
  return { validation }
}

function invalid(argument: string, problem: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, `fit: ${argument} ${problem}`)
}
