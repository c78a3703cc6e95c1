import { wholeNumber } from '../arguments.ts'
import { datasetSource, type TrainingData } from './dataset.ts'
import { trainingSet, type WeightOptions } from './model-data.ts'
import type { Program } from './program.ts'
import { arraySource, type BatchSource } from './source.ts'

/** Options of `evaluate`. */
export interface EvaluateOptions extends WeightOptions {
  /** Samples in one call; the figures do not depend on it. Default 32; datasets have batches of their own. */
  readonly batchSize?: number
  /** Batches to take, for datasets without an end; at most those of the arrays. */
  readonly steps?: number
}

/** The batches that `evaluate` measures; checks options and data. */
export function evaluationSource(program: Program, data: TrainingData, options: EvaluateOptions): BatchSource {
  const { batchSize = 32, steps, ...weights } = options
  if (steps !== undefined) wholeNumber('evaluate', 'steps', steps, 1)
  const limited = steps === undefined ? {} : { limit: steps }
  if ('dataset' in data) return datasetSource(program, data.dataset, { ...weights, ...limited })
  const set = trainingSet(program, data.x, data.y, weights)
  return arraySource(set, { batchSize, shuffle: false, seed: 0, ...limited })
}
