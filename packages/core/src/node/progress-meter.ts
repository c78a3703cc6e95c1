import { epochText, type ProgressState, progressBarText, progressInfoText } from './progress-line.ts'

/** Where progress is drawn, e.g. `process.stdout`. */
export interface TextStream {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** Milliseconds between two drawings, at least. */
const interval = 50

export interface ProgressMeterOptions {
  readonly target: number | undefined
  /** 1 draws a bar, 2 a line at the end. */
  readonly verbose: number
  readonly stream: TextStream
  /** Whether what was drawn is drawn over. */
  readonly redraw: boolean
  readonly clock: () => number
}

/** One epoch's progress: running means of figures, and when and how they are drawn. Keras 2.0.4's `Progbar`. */
export class ProgressMeter {
  readonly #options: ProgressMeterOptions
  readonly #start: number
  readonly #sums = new Map<string, { sum: number; count: number }>()
  #skipped = 0
  #seen = 0
  #lastDrawn = -Infinity
  #width = 0

  constructor(options: ProgressMeterOptions) {
    this.#options = options
    this.#start = options.clock()
  }

  /** Says that this many units were done before: the epoch is resumed. */
  skip(units: number): void {
    this.#skipped = units
    this.#seen = units
  }

  /** Counts values up to `current` units and draws the bar, unless it was drawn just before. */
  update(current: number, values: readonly (readonly [string, number])[]): void {
    this.#add(current, values)
    const now = this.#options.clock()
    if (this.#options.verbose !== 1 || !this.#options.redraw || now - this.#lastDrawn < interval) return
    this.#draw(this.#state(current, now))
    this.#lastDrawn = now
  }

  /** The values of the last units, then those of the epoch; draws the line that stays. */
  finish(current: number, values: readonly (readonly [string, number])[]): void {
    // Keras always has units left here, so that the epoch's values count for them and leave the means as they are.
    const exact = this.#skipped > 0 || current === this.#seen
    if (exact) for (const [name, value] of values) this.#sums.set(name, { sum: value, count: 1 })
    else this.#add(current, values)
    const state = this.#state(current, this.#options.clock())
    if (this.#options.verbose === 1) {
      this.#draw(state)
      this.#options.stream.write('\n')
    } else this.#options.stream.write(`${epochText(state)}\n`)
  }

  /** Every value counts for the units since the last call. */
  #add(current: number, values: readonly (readonly [string, number])[]): void {
    const units = current - this.#seen
    for (const [name, value] of values) {
      const entry = this.#sums.get(name) ?? { sum: 0, count: 0 }
      this.#sums.set(name, { sum: entry.sum + value * units, count: entry.count + units })
    }
    this.#seen = current
  }

  #state(current: number, now: number): ProgressState {
    return {
      current,
      skipped: this.#skipped,
      target: this.#options.target,
      elapsedSeconds: (now - this.#start) / 1000,
      means: [...this.#sums].map(([name, { sum, count }]) => [name, sum / Math.max(1, count)] as const),
    }
  }

  #draw(state: ProgressState): void {
    const line = progressBarText(state) + progressInfoText(state)
    const over = this.#options.redraw ? `${'\b'.repeat(this.#width)}\r` : ''
    this.#options.stream.write(over + line.padEnd(this.#width))
    this.#width = line.length
  }
}
