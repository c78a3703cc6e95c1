/**
 * A small deterministic generator (mulberry32) that is addressed rather than shared: the same `seed`, `stream` and
 * `index` always give the same numbers, so that sample 5 does not depend on samples 0 to 4. Uses nothing but exactly
 * specified arithmetic: every machine draws the same bits. Not for secrets.
 */
export class Random {
  #state: number

  /** `stream` below 256, `index` below 2²⁴; different pairs of one seed never start in the same state. */
  constructor(seed: number, stream: number, index: number) {
    this.#state = scramble(scramble(seed) ^ ((stream << 24) | index))
  }

  /** Uniform in [0, 1), 32 random bits. */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /** A whole number from 0 to `count - 1`. */
  below(count: number): number {
    return Math.floor(this.uniform() * count)
  }

  /** Bell-shaped, mean 0, variance 1, never beyond ±3.5: four uniform numbers added (no logarithm or cosine needed). */
  bell(): number {
    return (this.uniform() + this.uniform() + this.uniform() + this.uniform() - 2) * Math.sqrt(3)
  }
}

/** MurmurHash3's 32-bit finaliser: a bijection, which is what keeps start states apart. */
function scramble(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
