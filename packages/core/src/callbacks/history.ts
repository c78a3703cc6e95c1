import type { Callback, Logs } from '../training/callback.ts'

/** What `fit` returns: the figures of every epoch of its last run. */
export class History implements Callback {
  /** Numbers of the epochs, from 0. */
  readonly epoch: number[] = []
  /** For each figure its value after every epoch. */
  readonly history: Record<string, number[]> = {}

  onTrainBegin(): void {
    this.epoch.length = 0
    for (const name of Object.keys(this.history)) delete this.history[name]
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch)
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= []
      this.history[name].push(value)
    }
  }
}
