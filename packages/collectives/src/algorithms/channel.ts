import type { Envelope, Transport } from '../transport.ts'

/** What all messages of one call have in common. */
export type CallWords = Omit<Envelope, 'part'>

/** One call's view of a transport: it writes the envelopes and knows which ranks are awaited. */
export class Channel {
  readonly #transport: Transport
  readonly #words: CallWords
  readonly #sent: number[]
  readonly #received: number[]
  readonly #pendingReceives: number[]
  readonly #pendingSends: number[]

  constructor(transport: Transport, words: CallWords) {
    this.#transport = transport
    this.#words = words
    const zeros = (): number[] => new Array<number>(transport.worldSize).fill(0)
    this.#sent = zeros()
    this.#received = zeros()
    this.#pendingReceives = zeros()
    this.#pendingSends = zeros()
  }

  get rank(): number {
    return this.#transport.rank
  }

  get worldSize(): number {
    return this.#transport.worldSize
  }

  /** The other ranks, beginning after this one, so that not all ranks turn to the same one first. */
  get peers(): number[] {
    return Array.from({ length: this.worldSize - 1 }, (_, index) => (this.rank + 1 + index) % this.worldSize)
  }

  /** Ranks whose messages are awaited or, where there are none, that have not taken what was sent to them. */
  get awaited(): readonly number[] {
    const receives = ranksAbove0(this.#pendingReceives)
    return receives.length > 0 ? receives : ranksAbove0(this.#pendingSends)
  }

  send(to: number, payload: Uint8Array): Promise<void> {
    const envelope = { ...this.#words, part: next(this.#sent, to) }
    return watched(this.#transport.send(to, envelope, payload), this.#pendingSends, to)
  }

  receive(from: number, into: Uint8Array): Promise<void> {
    const envelope = { ...this.#words, part: next(this.#received, from) }
    return watched(this.#transport.receive(from, envelope, into), this.#pendingReceives, from)
  }
}

function next(counters: number[], rank: number): number {
  const value = counters[rank] ?? 0
  counters[rank] = value + 1
  return value
}

/** Counts the promise as pending; a failure nobody waits for yet must not count as unhandled. */
function watched(promise: Promise<void>, pending: number[], rank: number): Promise<void> {
  pending[rank] = (pending[rank] ?? 0) + 1
  const settled = (): void => {
    pending[rank] = (pending[rank] ?? 1) - 1
  }
  promise.then(settled, () => {})
  return promise
}

function ranksAbove0(counters: readonly number[]): number[] {
  return counters.flatMap((count, rank) => (count > 0 ? [rank] : []))
}
