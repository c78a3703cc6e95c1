import type { Progress } from '../control/message.ts'

/** Counts a rank's calls of all ranks, and says which of them has waited too long. */
export class ProgressReport {
  readonly #pending = new Map<number, string>()
  #begun = 0
  /** The call that has waited too long, until it ends after all. */
  #overdue: { readonly number: number; readonly waitedMs: number } | undefined

  /** Counts a call; the result ends it. */
  begin(call: string): () => void {
    const number = ++this.#begun
    this.#pending.set(number, call)
    return () => {
      this.#pending.delete(number)
      if (this.#overdue?.number === number) this.#overdue = undefined
    }
  }

  /** The call whose turn it is has waited for so long, which is too long. */
  overdue(waitedMs: number): void {
    const [number] = this.#pending.keys()
    if (number !== undefined) this.#overdue = { number, waitedMs }
  }

  get progress(): Progress {
    const begun = this.#begun
    if (this.#overdue === undefined) return { begun }
    const { number, waitedMs } = this.#overdue
    return { begun, overdue: { call: `${this.#pending.get(number)} (call ${number})`, number, waitedMs } }
  }
}
