import type { Words } from '../envelope.ts'
import { Lifeline } from '../lifeline.ts'
import type { Envelope, Transport } from '../transport.ts'
import { type LaneOptions, rankLost } from './lane-options.ts'

/** What leads to one peer and to nobody else. */
export interface PeerLink {
  /** Whether the peer has said goodbye. */
  readonly left: boolean
  /** What a peer that has left still owes, to complete a sentence; undefined where that is nothing. */
  readonly debt: string | undefined
  /** Calls `done` when the payload may be changed. */
  send(words: Words, payload: Uint8Array, done: () => void): void
  /** Calls `done` when the payload has come. Throws `rank-mismatch` where another message came. */
  receive(words: Words, into: Uint8Array, done: () => void): void
}

/** Messages over a link to each peer. How the end of the group is told, and how to part, is for the lane to say. */
export abstract class LinkTransport<Link extends PeerLink> implements Transport {
  readonly rank: number
  readonly worldSize: number
  protected readonly links: ReadonlyMap<number, Link>
  protected readonly life: Lifeline = new Lifeline()
  readonly #options: LaneOptions
  #bytesSent = 0

  /** `links`, by rank, may be filled later. */
  constructor(options: LaneOptions, links: ReadonlyMap<number, Link>) {
    this.rank = options.rank
    this.worldSize = options.worldSize
    this.links = links
    this.#options = options
  }

  get aborted(): Promise<Error> {
    return this.life.ended
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  abstract lane(peer: number): string

  abstract abort(reason: Error): void

  abstract [Symbol.asyncDispose](): Promise<void>

  send(to: number, envelope: Envelope, payload: Uint8Array): Promise<void> {
    return this.life.promise((resolve) => {
      const link = this.#link(to)
      if (link.left) return this.abort(this.gone(to, 'left the group before a message could be sent to it'))
      this.#bytesSent += payload.byteLength
      link.send({ ...envelope, byteLength: payload.byteLength }, payload, () => resolve())
    })
  }

  receive(from: number, envelope: Envelope, into: Uint8Array): Promise<void> {
    return this.life.promise((resolve) => {
      const link = this.#link(from)
      try {
        link.receive({ ...envelope, byteLength: into.byteLength }, into, () => resolve())
      } catch (error) {
        return this.abort(error as Error)
      }
      this.left(from)
    })
  }

  /** A peer has said goodbye: only what it still owes fails. */
  left(rank: number): void {
    const debt = this.links.get(rank)?.debt
    if (debt !== undefined) this.abort(this.gone(rank, debt))
  }

  /** The error of a peer that is gone. */
  protected gone(rank: number, how: string): Error {
    return rankLost(rank, how, this.#options)
  }

  #link(rank: number): Link {
    const link = this.links.get(rank)
    if (link === undefined) throw new RangeError(`no connection between rank ${this.rank} and rank ${rank}`)
    return link
  }
}
