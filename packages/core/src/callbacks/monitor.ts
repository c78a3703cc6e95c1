import { requireArgument } from '../arguments.ts'
import type { Logs } from '../training/callback.ts'

/** Whether less (`min`) or more (`max`) of a figure is better; `auto` goes by its name. */
export type MonitorMode = 'auto' | 'min' | 'max'

/** Where a callback says what it does; one call is one line. */
export type MessageSink = (message: string) => void

export const toOutput: MessageSink = (message) => console.log(message)
export const toErrors: MessageSink = (message) => console.warn(message)

/** What callbacks that watch one figure are told. */
export interface MonitorOptions {
  /** The key in logs; `val_loss` by default. */
  readonly monitor?: string
  /**
   * `auto` (default): `max` for names that contain `acc`, `auc`, `precision` or `recall` or begin with `fmeasure`, else
   * `min`. Keras 2.0.4's rule; it has no AUC, precision and recall.
   */
  readonly mode?: MonitorMode
  /** Where lines go; by default what `verbose` asks for to `console.log`, warnings to `console.warn`. */
  readonly onMessage?: MessageSink
}

/** One figure in the logs of epochs, and which of two values of it is better. */
export class Monitor {
  readonly name: string
  /** The value that every other one betters. */
  readonly worst: number
  readonly #warn: MessageSink
  #warned = false

  constructor(owner: string, { monitor = 'val_loss', mode = 'auto', onMessage = toErrors }: MonitorOptions) {
    requireArgument(owner, 'mode', mode, ['auto', 'min', 'max'].includes(mode), "'auto', 'min' or 'max'")
    this.name = monitor
    this.worst = directionOf(monitor, mode) === 'max' ? -Infinity : Infinity
    this.#warn = onMessage
  }

  /** The figure of this epoch. Where there is none, warns once of `consequence` and lists what there is. */
  read(logs: Logs, consequence: string): number | undefined {
    const value = logs[this.name]
    if (value === undefined && !this.#warned) {
      this.#warned = true
      this.#warn(
        `${consequence}: '${this.name}' is not among the figures of the epoch: ${Object.keys(logs).join(', ')}`,
      )
    }
    return value
  }

  /** Whether `value` betters `best` by more than `margin`; NaN betters nothing. */
  betters(value: number, best: number, margin = 0): boolean {
    return this.worst < 0 ? value - margin > best : value + margin < best
  }
}

function directionOf(name: string, mode: MonitorMode): 'min' | 'max' {
  if (mode !== 'auto') return mode
  return /acc|auc|precision|recall|^fmeasure/.test(name) ? 'max' : 'min'
}
