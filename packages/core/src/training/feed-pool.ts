import type { Feed } from './feed.ts'

/** A training meets two sizes, but data of many lengths must not fill the memory. */
const keptSizes = 8
/** One is computed while the next is being fed. */
const keptFeeds = 2

/**
 * The feeds of one kind of call, by size. Whoever takes one has it alone until giving it back, so that no memory is
 * overwritten, and no feed freed, while the engine computes on it. Those used last are kept for later.
 */
export class FeedPool implements Disposable {
  /** Sizes in the order of their last use. */
  readonly #idle = new Map<string, Feed[]>()
  #closed = false

  /** A feed that nobody else uses: an idle one, or what `make` gives. Disposing it gives it back. */
  async take(size: string, make: () => Promise<Feed>): Promise<Feed> {
    const feed = this.#idle.get(size)?.pop() ?? (await make())
    let taken = true
    const giveBack = (): void => {
      if (taken) this.#give(size, feed)
      taken = false
    }
    return { ...feed, [Symbol.dispose]: giveBack }
  }

  /** Frees the feeds that are idle now, and the others when they are given back. */
  [Symbol.dispose](): void {
    this.#closed = true
    for (const size of [...this.#idle.keys()]) this.#free(size)
  }

  #give(size: string, feed: Feed): void {
    const idle = this.#idle.get(size) ?? []
    if (this.#closed || idle.length === keptFeeds) {
      feed[Symbol.dispose]()
      return
    }
    idle.push(feed)
    this.#idle.delete(size)
    this.#idle.set(size, idle)
    if (this.#idle.size > keptSizes) this.#free(this.#idle.keys().next().value as string)
  }

  #free(size: string): void {
    for (const feed of this.#idle.get(size) ?? []) feed[Symbol.dispose]()
    this.#idle.delete(size)
  }
}
