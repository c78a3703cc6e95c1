/** Figures by name, in the order they are shown: `loss`, `acc`, `val_loss` … */
export type Logs = Readonly<Record<string, number>>

/** What a callback is told of the run before it begins; Keras' `params`. */
export interface TrainingParams {
  readonly epochs: number
  readonly batchSize: number
  /** Samples of an epoch, where known. */
  readonly samples?: number
  /** Samples that are measured after every epoch, where known. */
  readonly validationSamples?: number
  /** Batches of an epoch, where known. */
  readonly steps?: number
  readonly verbose: number
  readonly doValidation: boolean
  /** Names of the figures in logs, without `batch` and `size`. */
  readonly metrics: readonly string[]
}

/** The part of a model that callbacks may use. */
export interface TrainedModel {
  /** Ends training after the current batch. */
  stopTraining: boolean
  getLearningRate(): number
  setLearningRate(rate: number): void
  getWeights(): Promise<readonly Float32Array[]>
  setWeights(weights: readonly Float32Array[]): Promise<void>
  /** Writes a checkpoint folder or, with `weightsOnly`, just the weights. */
  save(path: string, options?: { readonly weightsOnly?: boolean }): Promise<void>
  /** Names the first layer whose output, in the last batch, was not finite. */
  locateNonFinite(): Promise<string | undefined>
}

/** Hooks into `fit`, all optional, awaited one after another. Batch logs also hold `batch` and `size`. */
export interface Callback {
  onTrainBegin?(context: CallbackContext): void | Promise<void>
  onTrainEnd?(logs: Logs): void | Promise<void>
  onEpochBegin?(epoch: number): void | Promise<void>
  /** May add figures to `logs` for later callbacks, as Keras' do. */
  onEpochEnd?(epoch: number, logs: Record<string, number>): void | Promise<void>
  onBatchBegin?(batch: number, logs: Logs): void | Promise<void>
  onBatchEnd?(batch: number, logs: Logs): void | Promise<void>
}

export interface CallbackContext {
  readonly model: TrainedModel
  readonly params: TrainingParams
}
