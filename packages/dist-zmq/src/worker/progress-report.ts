import type { Progress } from '../control/message.ts'

interface Pending {
  readonly call: string
  readonly limitMs: number
  readonly since: number
}

/** Counts a rank's calls, and knows when the oldest pending one has waited too long without any progress. */
export class ProgressReport {
  readonly #limitMs: number
  readonly #pending = new Map<number, Pending>()
  #begun = 0
  #movedAt: number = performance.now()

  /** `limitMs`: how long a call may stand still unless it says otherwise. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Counts a call; the result ends it. */
  begin(call: string, limitMs: number = this.#limitMs): () => void {
    const number = this.#begun++
    this.#pending.set(number, { call: `${call} (call ${number + 1})`, limitMs, since: performance.now() })
    return () => {
      this.#pending.delete(number)
      this.moved()
    }
  }

  /** Something went on: a call was completed, or bytes were sent. */
  moved(): void {
    this.#movedAt = performance.now()
  }

  get progress(): Progress {
    const oldest = this.#pending.values().next().value
    if (!oldest) return { begun: this.#begun }
    const waitedMs = performance.now() - Math.max(oldest.since, this.#movedAt)
    if (waitedMs < oldest.limitMs) return { begun: this.#begun }
    return { begun: this.#begun, overdue: { call: oldest.call, waitedMs } }
  }
}
