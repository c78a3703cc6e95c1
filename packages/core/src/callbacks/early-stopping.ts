import { wholeNumber } from '../arguments.ts'
import type { Callback, CallbackContext, Logs } from '../training/callback.ts'
import { Monitor, type MonitorOptions, toOutput } from './monitor.ts'
import { zeroPadded } from './python-format.ts'

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** A change counts as an improvement only when it is greater than this; 0 by default. */
  readonly minDelta?: number
  /** How many epochs without improvement are forgiven; the next one ends training. 0 by default. */
  readonly patience?: number
  /** 1 reports the epoch in which training stopped. */
  readonly verbose?: 0 | 1
  /** When training ends, however it does, puts back the weights of the best epoch. False by default. */
  readonly restoreBestWeights?: boolean
}

/**
 * Ends training when a figure no longer improves, with Keras 2.0.4's counting: the first epoch that does not improve
 * after `patience` others in a row is the last. (Later versions of Keras count that epoch as one of them.)
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  return new EarlyStopping(options)
}

/** See {@link earlyStopping}. */
export class EarlyStopping implements Callback {
  /** The epoch, from 0, after which training was stopped; undefined where it was not. */
  stoppedEpoch: number | undefined
  /** The best value so far. */
  best: number
  readonly #options: EarlyStoppingOptions
  readonly #monitor: Monitor
  #context: CallbackContext | undefined
  #bestWeights: readonly Float32Array[] | undefined
  #wait = 0

  constructor(options: EarlyStoppingOptions) {
    wholeNumber('earlyStopping', 'patience', options.patience ?? 0, 0)
    this.#options = options
    this.#monitor = new Monitor('earlyStopping', options)
    this.best = this.#monitor.worst
  }

  onTrainBegin(context: CallbackContext): void {
    this.#context = context
    this.#bestWeights = undefined
    this.#wait = 0
    this.stoppedEpoch = undefined
    this.best = this.#monitor.worst
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const value = this.#monitor.read(logs, 'earlyStopping will not stop')
    if (value === undefined) return
    if (this.#monitor.betters(value, this.best, this.#options.minDelta)) await this.#improve(value)
    else if (this.#wait++ >= (this.#options.patience ?? 0)) this.#stop(epoch)
  }

  async onTrainEnd(): Promise<void> {
    const { verbose = 0, onMessage = toOutput } = this.#options
    if (this.stoppedEpoch !== undefined && verbose > 0)
      onMessage(`Epoch ${zeroPadded(this.stoppedEpoch, 5)}: early stopping`)
    if (this.#bestWeights !== undefined) await this.#context?.model.setWeights(this.#bestWeights)
  }

  async #improve(value: number): Promise<void> {
    this.best = value
    this.#wait = 0
    if (this.#options.restoreBestWeights !== true) return
    const weights = (await this.#context?.model.getWeights()) ?? []
    this.#bestWeights = weights.map((values) => values.slice())
  }

  #stop(epoch: number): void {
    this.stoppedEpoch = epoch
    if (this.#context !== undefined) this.#context.model.stopTraining = true
  }
}
