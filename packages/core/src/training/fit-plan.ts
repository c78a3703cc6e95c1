import type { History } from '../callbacks/history.ts'
import { LockstepError } from '../errors.ts'
import type { Callback } from './callback.ts'
import type { Compiled } from './compile.ts'
import type { ModelData } from './data.ts'
import type { FitPlan, TrainingProgress } from './fit.ts'
import { type Dataset, datasetSource, splitSet, trainingSet, type WeightOptions } from './model-data.ts'
import { isNode, nodeTools } from './platform.ts'
import { type ArraySet, arraySource, type BatchSource } from './source.ts'

/** Options of `fit`, with Keras' names and defaults. */
export interface FitOptions extends WeightOptions {
  /** Samples of one update (with `gradientAccumulation`, of one micro-batch); the last batch may be smaller. Default 32. */
  readonly batchSize?: number
  /** Number of the epoch to end before, counted from 0. Default 1. */
  readonly epochs?: number
  /** The epoch to begin with. Default 0. */
  readonly initialEpoch?: number
  /** Go on exactly where the model stands, in the middle of an epoch too: after `loadModel`, or after a stop. */
  readonly resume?: boolean
  /** New order of samples every epoch, or of whole batches. Default true; datasets keep their own order. */
  readonly shuffle?: boolean | 'batch'
  /** Batches of an epoch, at most those of the arrays; needed for datasets without an end. */
  readonly stepsPerEpoch?: number
  /** Measured after every epoch: `[x, y]` or `[x, y, sampleWeight]`. */
  readonly validationData?: readonly [x: ModelData, y: ModelData, sampleWeight?: ModelData]
  /** The last part of the arrays, held back for validation before shuffling. */
  readonly validationSplit?: number
  readonly callbacks?: readonly Callback[]
  /** 0 silent, 1 progress bar, 2 a line an epoch. Default 1 in Node, elsewhere 0. */
  readonly verbose?: 0 | 1 | 2
}

type FitData = { readonly x: ModelData; readonly y: ModelData } | { readonly dataset: Dataset }

interface FitContext {
  readonly seed: number
  readonly progress: TrainingProgress
  readonly history: History
}

/** Checks the options and the data, and sets `progress` to where training begins. */
export async function fitPlan(
  compiled: Compiled,
  data: FitData,
  options: FitOptions,
  context: FitContext,
): Promise<FitPlan> {
  const { batchSize = 32, epochs = 1, verbose = isNode() ? 1 : 0, resume = false } = options
  const { progress, history } = context
  const initialEpoch = options.initialEpoch ?? (resume ? progress.epoch : 0)
  wholeNumber('epochs', epochs)
  wholeNumber('initialEpoch', initialEpoch)
  if (options.stepsPerEpoch !== undefined) positive('stepsPerEpoch', options.stepsPerEpoch)
  const { source, validation } = sourceOf(compiled, data, options, context.seed)
  if (!resume) Object.assign(progress, { epoch: initialEpoch, batch: 0, totals: [] })
  const bar = verbose > 0 ? [(await nodeTools('verbose: 1')).progressBar()] : []
  return {
    source,
    ...(validation === undefined ? {} : { validation }),
    epochs,
    initialEpoch,
    batchSize,
    verbose,
    unitOptions: { accumulation: compiled.gradientAccumulation, fused: compiled.stepsPerExecution },
    callbacks: [...(options.callbacks ?? []), history, ...bar],
  }
}

function sourceOf(
  { program }: Compiled,
  data: FitData,
  options: FitOptions,
  seed: number,
): { source: BatchSource; validation?: ArraySet } {
  const { batchSize = 32, shuffle = true, stepsPerEpoch: limit, validationData, validationSplit, ...weights } = options
  const held = validationData === undefined ? {} : { validation: validationSet(program, validationData) }
  if ('dataset' in data) {
    if (validationSplit !== undefined) {
      throw invalid(
        'validationSplit',
        'validationSplit needs arrays, but fit got a dataset; give validationData: [x, y]',
      )
    }
    const { classWeight } = options
    return {
      source: datasetSource(program, data.dataset, { ...(limit && { limit }), ...(classWeight && { classWeight }) }),
      ...held,
    }
  }
  if (data.y === undefined)
    throw invalid('y', 'fit got x without y; give both arrays, or a dataset that yields { x, y }')
  const all = trainingSet(program, data.x, data.y, weights)
  const [set, split] =
    validationSplit && validationData === undefined ? splitSet(all, validationSplit) : [all, undefined]
  const source = arraySource(set, { batchSize, shuffle, seed, ...(limit === undefined ? {} : { limit }) })
  return { source, ...(split === undefined ? {} : { validation: split }), ...held }
}

function validationSet(
  program: Compiled['program'],
  [x, y, sampleWeight]: NonNullable<FitOptions['validationData']>,
): ArraySet {
  return trainingSet(program, x, y, sampleWeight === undefined ? {} : { sampleWeight })
}

function wholeNumber(argument: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 0))
    throw invalid(argument, `${argument} is ${value}; expected an integer ≥ 0`)
}

function positive(argument: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1))
    throw invalid(argument, `${argument} is ${value}; expected an integer ≥ 1`)
}

function invalid(argument: string, message: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, message)
}
