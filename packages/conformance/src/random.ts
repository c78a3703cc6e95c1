/** A small seeded generator for test data; the same seed gives the same numbers on every machine. */
export class Random {
  #state: number

  constructor(seed: string) {
    this.#state = hash(seed)
  }

  /** In [0, 1), 32 random bits (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }

  /** Mean 0, deviation 1 (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }

  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.integer(0, values.length - 1)] as T
  }

  /** Extents from 1 to `largest`. */
  shape(rank: number, largest = 4): number[] {
    return Array.from({ length: rank }, () => this.integer(1, largest))
  }

  /** The integers 0 … length − 1 in random order. */
  permutation(length: number): number[] {
    const order = Array.from({ length }, (_, index) => index)
    for (let at = length - 1; at > 0; at--) {
      const other = this.integer(0, at)
      const value = order[at] as number
      order[at] = order[other] as number
      order[other] = value
    }
    return order
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value
}
