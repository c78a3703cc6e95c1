import { requireArgument } from '../arguments.ts'
import type { Callback, CallbackContext, Logs, TrainingParams } from '../training/callback.ts'
import { ProgressMeter, type TextStream } from './progress-meter.ts'

/** Options of {@link progressBar}. */
export interface ProgressBarOptions {
  /** 0 draws nothing, 1 a bar, 2 one line per epoch. By default what `fit` is told. */
  readonly verbose?: 0 | 1 | 2
  /** What the bar counts. By default samples, or batches where the number of samples is not known. */
  readonly countMode?: 'samples' | 'steps'
  /** `process.stdout` by default. */
  readonly stream?: TextStream
  /** Draws the bar over and over, with backspaces. By default only on a terminal; elsewhere each epoch gets its last line. */
  readonly redraw?: boolean
  /** The time in milliseconds, from any beginning; `performance.now` by default. */
  readonly clock?: () => number
}

/**
 * Keras 2.0.4's progress bar, to the character. Figures are means over the samples so far, weighted by the batches'
 * sizes; the last line of an epoch adds the validation's. `fit` adds one by its own `verbose`; to draw elsewhere, give
 * that as 0 and `verbose` here.
 */
export function progressBar(options: ProgressBarOptions = {}): Callback {
  const { countMode } = options
  const fits = countMode === undefined || countMode === 'samples' || countMode === 'steps'
  requireArgument('progressBar', 'countMode', countMode, fits, "'samples' or 'steps'")
  return new ProgressBar(options)
}

class ProgressBar implements Callback {
  readonly rankZeroOnly = true
  readonly #options: ProgressBarOptions
  readonly #stream: TextStream
  #params: TrainingParams | undefined
  #verbose = 0
  #countsSteps = false
  #target: number | undefined
  #meter: ProgressMeter | undefined
  #seen = 0
  /** Whether the epoch's first batch, which tells where it was resumed, has been announced. */
  #begun = false
  #pending: [string, number][] = []

  constructor(options: ProgressBarOptions) {
    this.#options = options
    this.#stream = options.stream ?? process.stdout
  }

  onTrainBegin({ params }: CallbackContext): void {
    const { samples, steps, doValidation, validationSamples } = params
    this.#params = params
    this.#verbose = this.#options.verbose ?? params.verbose
    this.#countsSteps = (this.#options.countMode ?? (samples === undefined ? 'steps' : 'samples')) === 'steps'
    this.#target = this.#countsSteps ? steps : samples
    if (this.#verbose > 0 && doValidation && samples !== undefined && validationSamples !== undefined)
      this.#stream.write(`Train on ${samples} samples, validate on ${validationSamples} samples\n`)
  }

  onEpochBegin(epoch: number): void {
    this.#seen = 0
    this.#begun = false
    this.#pending = []
    if (this.#verbose === 0) return
    this.#stream.write(`Epoch ${epoch + 1}/${this.#params?.epochs}\n`)
    this.#meter = new ProgressMeter({
      target: this.#target,
      verbose: this.#verbose,
      stream: this.#stream,
      redraw: this.#options.redraw ?? this.#stream.isTTY === true,
      clock: this.#options.clock ?? (() => performance.now()),
    })
  }

  onBatchBegin(batch: number): void {
    if (this.#begun) return
    this.#begun = true
    this.#seen = this.#countsSteps ? batch : batch * (this.#params?.batchSize ?? 0)
    this.#meter?.skip(this.#seen)
  }

  onBatchEnd(_batch: number, logs: Logs): void {
    this.#seen += this.#countsSteps ? 1 : (logs['size'] ?? 0)
    this.#collect(logs)
    // The last batch is drawn with the epoch's end, which knows the validation's figures.
    if (this.#complete) return
    this.#meter?.update(this.#seen, this.#pending)
    this.#pending = []
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    this.#collect(logs)
    this.#meter?.finish(this.#seen, this.#pending)
    this.#meter = undefined
  }

  get #complete(): boolean {
    return this.#target !== undefined && this.#seen >= this.#target
  }

  #collect(logs: Logs): void {
    for (const name of this.#params?.metrics ?? []) {
      const value = logs[name]
      if (value !== undefined) this.#pending.push([name, value])
    }
  }
}
