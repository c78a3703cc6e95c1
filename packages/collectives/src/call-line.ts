/**
 * The order of a rank's calls. Messages between two ranks have one order, so both must ask for them in the same one:
 * a collective call starts when the one before is complete and every earlier exchange has asked its transport for all
 * that it will; an exchange starts when the collective calls before it are complete and the earlier exchange with the
 * same rank, in the same direction, has asked.
 */
export class CallLine {
  #collective: Promise<unknown> = Promise.resolve()
  readonly #asked: Map<string, Promise<unknown>> = new Map()

  /** Runs a collective call in its turn. */
  collective<T>(run: () => Promise<T>): Promise<T> {
    const result = Promise.all([this.#collective, ...this.#asked.values()]).then(run)
    this.#asked.clear()
    this.#collective = result.catch(() => {})
    return result
  }

  /** Runs an exchange in its turn; it calls `asked` when it has asked its transport for everything. */
  exchange<T>(way: string, run: (asked: () => void) => Promise<T>): Promise<T> {
    let open: () => void = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const result = Promise.all([this.#collective, this.#asked.get(way)]).then(() => run(open))
    this.#asked.set(way, Promise.race([gate, result.catch(() => {})]))
    return result
  }
}
