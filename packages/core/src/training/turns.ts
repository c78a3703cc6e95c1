/** Lets pieces of work have something one after another, in the order in which they asked. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `work` when all work before it has ended, well or not. Work that waits for a turn of its own never ends. */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
