/**
 * The one end of a group as one of its ranks sees it: promises that wait for something of other ranks are made by it,
 * and all of them reject when the end has come.
 */
export class Lifeline {
  /** Resolves with the reason of the end, never rejects. */
  readonly ended: Promise<Error>
  #resolve: (reason: Error) => void = () => {}
  #reason: Error | undefined
  readonly #pending = new Set<(reason: Error) => void>()

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Why it ended; undefined while it has not. */
  get reason(): Error | undefined {
    return this.#reason
  }

  /** Ends it; only the first reason counts. */
  end(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    const pending = [...this.#pending]
    this.#pending.clear()
    for (const reject of pending) reject(reason)
    this.#resolve(reason)
  }

  /** A promise that settles as `start` says, or rejects with the reason when the end comes first. */
  promise<T>(start: (resolve: (value: T) => void, reject: (reason: Error) => void) => void): Promise<T> {
    if (this.#reason !== undefined) return Promise.reject(this.#reason)
    return new Promise<T>((resolve, reject) => {
      this.#pending.add(reject)
      const settle =
        <V>(how: (value: V) => void) =>
        (value: V) => {
          this.#pending.delete(reject)
          how(value)
        }
      start(settle(resolve), settle(reject))
    })
  }
}
