import type { Window } from './window.ts'

/** Work that is waited for; returns whether it came any further. */
export type Task = () => boolean

/** Promises get their turn all the time, everything else of the event loop at least so often, in milliseconds. */
const turnMs = 4

/**
 * Looks after work that others of the host have a part in, without being told when it can go on: first with full
 * attention, then resting, and in the end with turns of the event loop in between.
 */
export class Pump {
  readonly #window: Window
  readonly #inspect: (waitedMs: number) => void
  readonly #tasks: Set<Task> = new Set()
  #running = false
  #idle = 0
  #furtherAt = 0
  #stopped = false

  /** `inspect` is called every few milliseconds, to see whether the group still lives; told how long nothing has come. */
  constructor(window: Window, inspect: (waitedMs: number) => void) {
    this.#window = window
    this.#inspect = inspect
  }

  /** Looks after a task until {@link remove}. */
  add(task: Task): void {
    if (this.#stopped) return
    this.#tasks.add(task)
    if (this.#running) return
    this.#running = true
    // In its own turn, so that a caller's other messages are known before the first wait.
    queueMicrotask(() => this.#run())
  }

  remove(task: Task): void {
    this.#tasks.delete(task)
  }

  /** Drops all work. */
  stop(): void {
    this.#stopped = true
    this.#tasks.clear()
  }

  async #run(): Promise<void> {
    let lastTurn = performance.now()
    this.#furtherAt = lastTurn
    while (this.#tasks.size > 0) {
      const further = this.#look()
      if (!further) this.#idle++
      if (further ? performance.now() - lastTurn > turnMs : this.#window.rest(this.#idle, () => this.#look())) {
        this.#inspect(performance.now() - this.#furtherAt)
        await new Promise((resolve) => setImmediate(resolve))
        lastTurn = performance.now()
      } else if (further) await undefined
    }
    this.#running = false
  }

  #look(): boolean {
    let further = false
    for (const task of this.#tasks) further = task() || further
    if (further) {
      this.#idle = 0
      this.#furtherAt = performance.now()
      this.#window.wake()
    }
    return further
  }
}
