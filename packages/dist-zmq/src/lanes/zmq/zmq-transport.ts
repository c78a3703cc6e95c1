import { disposed, type Envelope, type LaneOptions, Lifeline, rankLost, type Transport } from '@lockstep/collectives'
import type { Pair } from './pair.ts'

/** A goodbye that nobody answers is given up after so long. */
const farewellMs = 1000

/** Messages over ZeroMQ, one pair of sockets for each peer; made by `ZmqEndpoint`. */
export class ZmqTransport implements Transport {
  readonly rank: number
  readonly worldSize: number
  readonly #options: LaneOptions
  readonly #pairs: ReadonlyMap<number, Pair>
  readonly #life: Lifeline = new Lifeline()
  #bytesSent = 0

  constructor(options: LaneOptions, pairs: ReadonlyMap<number, Pair>) {
    this.rank = options.rank
    this.worldSize = options.worldSize
    this.#options = options
    this.#pairs = pairs
  }

  get aborted(): Promise<Error> {
    return this.#life.ended
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  lane(): string {
    return 'zmq'
  }

  send(to: number, envelope: Envelope, payload: Uint8Array): Promise<void> {
    return this.#life.promise((resolve) => {
      const pair = this.#pair(to)
      if (pair.left) return this.abort(this.#lost(to, 'left the group before a message could be sent to it'))
      this.#bytesSent += payload.byteLength
      pair.send({ ...envelope, byteLength: payload.byteLength }, payload, () => resolve())
    })
  }

  receive(from: number, envelope: Envelope, into: Uint8Array): Promise<void> {
    return this.#life.promise((resolve) => {
      try {
        this.#pair(from).receive({ ...envelope, byteLength: into.byteLength }, into, () => resolve())
      } catch (error) {
        return this.abort(error as Error)
      }
      this.left(from)
    })
  }

  abort(reason: Error): void {
    if (this.#life.reason) return
    this.#life.end(reason)
    for (const pair of this.#pairs.values()) pair.abort(reason)
  }

  /** A peer has told why the group ends. */
  heard(reason: Error): void {
    this.#life.end(reason)
  }

  /** A peer has said goodbye: only what it still owes fails. */
  left(rank: number): void {
    const { debt } = this.#pair(rank)
    if (debt !== undefined) this.abort(this.#lost(rank, debt))
  }

  /** A peer cannot be reached any more. */
  lost(rank: number): void {
    if (!this.#life.reason && !this.#pair(rank).left) this.abort(this.#lost(rank, 'died: its connection broke'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#life.reason) return
    this.#life.end(disposed('transport'))
    const farewells = Promise.all([...this.#pairs.values()].map((pair) => pair.leave()))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, farewellMs)
    })
    await Promise.race([farewells, late])
    clearTimeout(timer)
  }

  #pair(rank: number): Pair {
    const pair = this.#pairs.get(rank)
    if (!pair) throw new RangeError(`no connection between rank ${this.rank} and rank ${rank}`)
    return pair
  }

  #lost(rank: number, how: string): Error {
    return rankLost(rank, how, this.#options)
  }
}
