import { wholeNumber } from '../arguments.ts'
import { Monitor, type MonitorOptions, toOutput } from '../callbacks/monitor.ts'
import { fixed, zeroPadded } from '../callbacks/python-format.ts'
import type { Callback, CallbackContext, Logs, TrainedModel } from '../training/callback.ts'
import { type FileName, fileNameTemplate } from './file-name-template.ts'

/** Options of {@link modelCheckpoint}. */
export interface ModelCheckpointOptions extends MonitorOptions {
  /** Where to save; may hold `{epoch:02d}` (from 0) and figures of the epoch, e.g. `{val_loss:.2f}`. */
  readonly filepath: string
  /** Saves only when the monitored figure is better than ever before. False by default. */
  readonly saveBestOnly?: boolean
  /** Saves the weights without the state of training. False by default. */
  readonly saveWeightsOnly?: boolean
  /** Epochs from one saving (with `saveBestOnly`, one look at the figure) to the next; 1 by default. */
  readonly period?: number
  /** 1 reports what is saved. */
  readonly verbose?: 0 | 1
}

/** Saves the model after epochs, overwriting what is there. Decides, names files and reports as Keras 2.0.4 does. */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  return new ModelCheckpoint(options)
}

class ModelCheckpoint implements Callback {
  readonly rankZeroOnly = true
  readonly #options: ModelCheckpointOptions
  readonly #monitor: Monitor
  readonly #fileName: FileName
  #model: TrainedModel | undefined
  #best: number
  #epochsSinceSaving = 0

  constructor(options: ModelCheckpointOptions) {
    wholeNumber('modelCheckpoint', 'period', options.period ?? 1, 1)
    this.#options = options
    this.#monitor = new Monitor('modelCheckpoint', options)
    this.#fileName = fileNameTemplate(options.filepath)
    this.#best = this.#monitor.worst
  }

  onTrainBegin({ model }: CallbackContext): void {
    this.#model = model
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    this.#epochsSinceSaving++
    if (this.#epochsSinceSaving < (this.#options.period ?? 1)) return
    this.#epochsSinceSaving = 0
    if (this.#options.saveBestOnly === true) await this.#saveIfBest(epoch, logs)
    else await this.#save(epoch, logs, '')
  }

  async #saveIfBest(epoch: number, logs: Logs): Promise<void> {
    const value = this.#monitor.read(logs, 'modelCheckpoint will not save')
    if (value === undefined) return
    const { name } = this.#monitor
    if (!this.#monitor.betters(value, this.#best)) {
      this.#report(epoch, `${name} did not improve`)
      return
    }
    const from = this.#best
    this.#best = value
    await this.#save(epoch, logs, `${name} improved from ${fixed(from, 5)} to ${fixed(value, 5)}, `)
  }

  async #save(epoch: number, logs: Logs, reason: string): Promise<void> {
    const path = this.#fileName({ epoch, ...logs })
    this.#report(epoch, `${reason}saving model to ${path}`)
    await this.#model?.save(path, { weightsOnly: this.#options.saveWeightsOnly === true })
  }

  #report(epoch: number, message: string): void {
    const { verbose = 0, onMessage = toOutput } = this.#options
    if (verbose > 0) onMessage(`Epoch ${zeroPadded(epoch, 5)}: ${message}`)
  }
}
