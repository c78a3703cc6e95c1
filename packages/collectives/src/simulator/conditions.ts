/** What happens to one rank at a time of the simulation. */
export type Incident =
  /** It stands still, as after SIGSTOP, and goes on afterwards; `forMs` may be infinite. */
  | { readonly kind: 'stall'; readonly rank: number; readonly atMs: number; readonly forMs: number }
  /** It is gone, as after SIGKILL. */
  | { readonly kind: 'crash'; readonly rank: number; readonly atMs: number }

/** A network and what happens in it. Equal conditions give equal simulations. */
export interface Conditions {
  /** All that is random comes from it. */
  readonly seed: number
  /** Milliseconds from one rank to another; default 0.05. */
  readonly latencyMs?: number
  /** Up to so many more, for each message anew: messages of different pairs overtake each other. Default 0. */
  readonly jitterMs?: number
  /** Between two ranks, in one direction; default 1 000 000, which is 8 Gbit/s. */
  readonly bytesPerMs?: number
  /** Part of all transmissions that get lost and are repeated; default 0. */
  readonly loss?: number
  /** Milliseconds until a lost transmission is repeated, doubled every time; default 1. */
  readonly repeatMs?: number
  /** Transmissions of one message after which the connection counts as broken; default 20. */
  readonly attempts?: number
  /** Whether `send` settles only when the receiver has the message, not as soon as the payload was read. */
  readonly acknowledged?: boolean
  /** Milliseconds after which a rank that stands still counts as lost; default: never. */
  readonly heartbeatMs?: number
  readonly incidents?: readonly Incident[]
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}
