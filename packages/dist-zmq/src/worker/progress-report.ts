import type { Progress } from '../control/message.ts'

/** Counts a rank's calls of all ranks, and says which of them has waited too long. */
export class ProgressReport {
  readonly #pending = new Map<number, string>()
  #begun = 0
  #overdueMs: number | undefined

  /** Counts a call; the result ends it. */
  begin(call: string): () => void {
    const number = ++this.#begun
    this.#pending.set(number, call)
    return () => {
      this.#pending.delete(number)
    }
  }

  /** The call whose turn it is has waited for so long, which is too long. */
  overdue(milliseconds: number): void {
    this.#overdueMs = milliseconds
  }

  get progress(): Progress {
    const [oldest] = this.#pending
    const begun = this.#begun
    if (oldest === undefined || this.#overdueMs === undefined) return { begun }
    const [number, call] = oldest
    return { begun, overdue: { call: `${call} (call ${number})`, number, waitedMs: this.#overdueMs } }
  }
}
