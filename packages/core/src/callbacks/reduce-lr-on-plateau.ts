import { requireArgument, wholeNumber } from '../arguments.ts'
import type { Callback, TrainedModel } from '../training/callback.ts'
import { Monitor, type MonitorOptions, toOutput } from './monitor.ts'
import { floatRepr, zeroPadded } from './python-format.ts'

/** Options of {@link reduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by, above 0 and below 1; 0.1 by default. */
  readonly factor?: number
  /** How many epochs without improvement are forgiven; 10 by default. */
  readonly patience?: number
  /** A change counts as an improvement only when it is greater than this; 1e-4 by default. */
  readonly epsilon?: number
  /** For how many epochs after a reduction nothing is counted; 0 by default. */
  readonly cooldown?: number
  /** The learning rate is never set below this; 0 by default. */
  readonly minLR?: number
  /** 1 reports every reduction. */
  readonly verbose?: 0 | 1
}

/**
 * Reduces the learning rate when a figure stops improving, and writes the rate of every epoch into the logs as `lr`.
 * Counts as Keras 2.0.4 does: after a reduction the epoch that caused it already counts towards the next one.
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  return new ReduceLROnPlateau(options)
}

class ReduceLROnPlateau implements Callback {
  readonly #options: Required<Omit<ReduceLROnPlateauOptions, keyof MonitorOptions>> & MonitorOptions
  readonly #monitor: Monitor
  #model: TrainedModel | undefined
  #best: number
  #wait = 0
  #cooldown = 0

  constructor(options: ReduceLROnPlateauOptions) {
    const given = { factor: 0.1, patience: 10, epsilon: 1e-4, cooldown: 0, minLR: 0, verbose: 0 as const, ...options }
    const fits = given.factor > 0 && given.factor < 1
    requireArgument('reduceLROnPlateau', 'factor', given.factor, fits, 'a number above 0 and below 1')
    wholeNumber('reduceLROnPlateau', 'patience', given.patience, 0)
    wholeNumber('reduceLROnPlateau', 'cooldown', given.cooldown, 0)
    this.#options = given
    this.#monitor = new Monitor('reduceLROnPlateau', options)
    this.#best = this.#monitor.worst
  }

  onTrainBegin({ model }: { readonly model: TrainedModel }): void {
    this.#model = model
    this.#best = this.#monitor.worst
    this.#wait = 0
    this.#cooldown = 0
  }

  onEpochEnd(epoch: number, logs: Record<string, number>): void {
    if (this.#model === undefined) return
    logs['lr'] = this.#model.getLearningRate()
    const value = this.#monitor.read(logs, 'reduceLROnPlateau will not reduce the learning rate')
    if (value === undefined) return
    if (this.#cooldown > 0) {
      this.#cooldown--
      this.#wait = 0
    }
    if (this.#monitor.betters(value, this.#best, this.#options.epsilon)) {
      this.#best = value
      this.#wait = 0
    } else if (this.#cooldown === 0) this.#count(epoch, this.#model)
  }

  #count(epoch: number, model: TrainedModel): void {
    if (this.#wait >= this.#options.patience) this.#reduce(epoch, model)
    this.#wait++
  }

  #reduce(epoch: number, model: TrainedModel): void {
    const { factor, minLR, cooldown, verbose, onMessage = toOutput } = this.#options
    const rate = model.getLearningRate()
    if (rate <= minLR * (1 + 1e-4)) return
    const reduced = Math.max(rate * factor, minLR)
    model.setLearningRate(reduced)
    // The empty line ends a progress bar that is still being drawn.
    if (verbose > 0) onMessage(`\nEpoch ${zeroPadded(epoch, 5)}: reducing learning rate to ${floatRepr(reduced)}.`)
    this.#cooldown = cooldown
    this.#wait = 0
  }
}
