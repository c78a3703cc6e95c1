import { LockstepError } from '../errors.ts'
import type { Callback, CallbackContext, Logs } from '../training/callback.ts'
import { type MessageSink, toErrors } from './monitor.ts'
import { floatRepr } from './python-format.ts'

/** Options of {@link terminateOnNaN}. */
export interface TerminateOnNaNOptions {
  /** Throws `not-a-number` out of `fit` instead of ending training as Keras does. False by default. */
  readonly raise?: boolean
  /** Where the line goes that says what was found; `console.warn` by default. */
  readonly onMessage?: MessageSink
}

/** Where training left the finite numbers. All counts begin at 0; `step` counts the batches of this `fit`. */
export interface NonFiniteLoss {
  readonly epoch: number
  readonly batch: number
  readonly step: number
  /** NaN, Infinity or −Infinity. */
  readonly loss: number
  /** The first input or layer whose values were not finite; `loss` where all were. */
  readonly where: string
}

/**
 * Ends training after the first batch whose loss is not finite, and says where that began. By default `fit`
 * returns as usual, as in Keras, and {@link TerminateOnNaN.found} holds what happened.
 */
export function terminateOnNaN(options: TerminateOnNaNOptions = {}): TerminateOnNaN {
  return new TerminateOnNaN(options)
}

/** See {@link terminateOnNaN}. */
export class TerminateOnNaN implements Callback {
  /** What ended the last training; undefined where every loss was finite. */
  found: NonFiniteLoss | undefined
  readonly #options: TerminateOnNaNOptions
  #context: CallbackContext | undefined
  #epoch = 0
  #step = 0

  constructor(options: TerminateOnNaNOptions) {
    this.#options = options
  }

  onTrainBegin(context: CallbackContext): void {
    this.#context = context
    this.#step = 0
    this.found = undefined
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch
  }

  /** Synchronous while all is well, so that a batch costs no turn of the event loop. */
  onBatchEnd(batch: number, logs: Logs): void | Promise<void> {
    const step = this.#step++
    const loss = logs['loss']
    if (loss === undefined || Number.isFinite(loss) || this.found !== undefined) return
    return this.#terminate(batch, step, loss)
  }

  async #terminate(batch: number, step: number, loss: number): Promise<void> {
    if (this.#context === undefined) return
    const { model } = this.#context
    model.stopTraining = true
    const where = (await model.locateNonFinite()) ?? 'loss'
    this.found = { epoch: this.#epoch, batch, step, loss, where }
    const message = describe(this.found)
    if (this.#options.raise === true) throw new LockstepError('not-a-number', { where, step }, `fit: ${message}`)
    const { onMessage = toErrors } = this.#options
    onMessage(`${message}; training stops`)
  }
}

function describe({ epoch, batch, step, loss, where }: NonFiniteLoss): string {
  const cause =
    where === 'loss'
      ? 'the outputs of all layers were finite, so look at the labels, the loss and how large predictions are'
      : `the first values that were not finite are those of '${where}'; a smaller learning rate or clipNorm may help`
  return `Batch ${batch}: Invalid loss ${floatRepr(loss)} in epoch ${epoch} (step ${step}); ${cause}`
}
