/** Figures by name, in the order they are shown: `loss`, `acc`, `val_loss` … */
export type Logs = Readonly<Record<string, number>>

/** What a callback is told of the run before it begins; Keras' `params`. */
export interface TrainingParams {
  readonly epochs: number
  readonly batchSize: number
  /** Samples of an epoch, where known; of all ranks, like every other number here. */
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
  /** Set it to end training after the current batch; of gradients that are accumulated, after their update. */
  stopTraining: boolean
  getLearningRate(): number
  setLearningRate(rate: number): void
  getWeights(): Promise<readonly Float32Array[]>
  setWeights(weights: readonly Float32Array[]): Promise<void>
  /** Writes a model file, with `weightsOnly` one without the state of training. */
  save(path: string, options?: { readonly weightsOnly?: boolean }): Promise<void>
  /** Names the first input or layer whose value was not finite when a loss first was not; `loss` where all were. */
  locateNonFinite(): Promise<string | undefined>
}

/**
 * Hooks into `fit`, all optional, awaited one after another while nothing computes; an error ends training with it, and
 * no further hook is called then. Epochs and batches are counted from 0; batch logs also hold `batch` and `size`, and no
 * figures for a batch without samples.
 */
export interface Callback {
  /**
   * In data-parallel training call the hooks on rank 0 alone: for what must happen once, such as files and lines on a
   * terminal. The figures are the same on every rank. Such a callback must not call what all ranks take part in.
   */
  readonly rankZeroOnly?: boolean
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
