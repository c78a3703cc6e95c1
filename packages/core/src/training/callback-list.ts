import type { Callback, CallbackContext, Logs } from './callback.ts'

/** Calls the hooks of several callbacks in their order, each after the one before has finished. */
export class CallbackList {
  readonly #callbacks: readonly Callback[]

  constructor(callbacks: readonly Callback[]) {
    this.#callbacks = callbacks
  }

  async trainBegin(context: CallbackContext): Promise<void> {
    for (const callback of this.#callbacks) await callback.onTrainBegin?.(context)
  }

  async trainEnd(logs: Logs): Promise<void> {
    for (const callback of this.#callbacks) await callback.onTrainEnd?.(logs)
  }

  async epochBegin(epoch: number): Promise<void> {
    for (const callback of this.#callbacks) await callback.onEpochBegin?.(epoch)
  }

  async epochEnd(epoch: number, logs: Record<string, number>): Promise<void> {
    for (const callback of this.#callbacks) await callback.onEpochEnd?.(epoch, logs)
  }

  /** Synchronous hooks cost no turn of the event loop here: most batches have nothing to wait for. */
  async batchBegin(batch: number, logs: Logs): Promise<void> {
    for (const callback of this.#callbacks) {
      const pending = callback.onBatchBegin?.(batch, logs)
      if (pending !== undefined) await pending
    }
  }

  async batchEnd(batch: number, logs: Logs): Promise<void> {
    for (const callback of this.#callbacks) {
      const pending = callback.onBatchEnd?.(batch, logs)
      if (pending !== undefined) await pending
    }
  }
}
