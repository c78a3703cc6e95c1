import { Lifeline } from '../../lifeline.ts'
import { decodeReason, disposed, encodeReason } from '../../reasons.ts'
import type { Envelope, Transport } from '../../transport.ts'
import { type LaneOptions, rankLost } from '../lane-options.ts'
import type { Inbound } from './inbound.ts'
import type { Outbound } from './outbound.ts'

/** The two connections with one peer. */
export interface Link {
  readonly inbound: Inbound
  readonly outbound: Outbound
}

/**
 * A close may come before the reason, which travels on the other connection; so long a reason is waited for before the
 * close itself becomes the reason.
 */
const graceMs = 20

/** Connections that the other side does not close are closed after so long. */
const closeMs = 1000

/** Messages over pairs of connections, one for each direction; made by `tcpEndpoint`. */
export class TcpTransport implements Transport {
  readonly rank: number
  readonly worldSize: number
  readonly #options: LaneOptions
  readonly #links: ReadonlyMap<number, Link>
  readonly #life: Lifeline = new Lifeline()
  #bytesSent = 0

  constructor(options: LaneOptions, links: ReadonlyMap<number, Link>) {
    this.rank = options.rank
    this.worldSize = options.worldSize
    this.#options = options
    this.#links = links
  }

  get aborted(): Promise<Error> {
    return this.#life.ended
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  lane(): string {
    return 'tcp'
  }

  send(to: number, envelope: Envelope, payload: Uint8Array): Promise<void> {
    return this.#life.promise((resolve) => {
      const { outbound } = this.#link(to)
      if (outbound.left) return this.abort(this.#lost(to, 'left the group before a message could be sent to it'))
      this.#bytesSent += payload.byteLength
      outbound.send({ ...envelope, byteLength: payload.byteLength }, payload, () => resolve())
    })
  }

  receive(from: number, envelope: Envelope, into: Uint8Array): Promise<void> {
    return this.#life.promise((resolve) => {
      const { inbound } = this.#link(from)
      try {
        inbound.receive({ ...envelope, byteLength: into.byteLength }, into, () => resolve())
      } catch (error) {
        return this.abort(error as Error)
      }
      if (inbound.exhausted) this.left(from)
    })
  }

  abort(reason: Error): void {
    if (this.#life.reason !== undefined) return
    this.#life.end(reason)
    const notice = { kind: 'abort', reason: encodeReason(reason, this.rank) } as const
    for (const { inbound } of this.#links.values()) inbound.end(notice)
    // The connections of the other direction stay until the peers have heard the reason.
    this.#destroyAfter(closeMs)
  }

  /** A peer has told why the group ends. */
  heard(from: number, reason: Uint8Array): void {
    if (this.#life.reason !== undefined) return
    try {
      this.#life.end(decodeReason(reason))
    } catch {
      this.#life.end(this.#lost(from, 'ended the group for a reason that cannot be read'))
    }
    this.#destroyAfter(0)
  }

  /** A peer's connection closed without a goodbye. */
  lost(rank: number, how: string): void {
    if (this.#life.reason !== undefined) return
    setTimeout(() => this.abort(this.#lost(rank, `died: it ${how}`)), graceMs)
  }

  /** A peer has said goodbye. */
  left(rank: number): void {
    if (this.#links.get(rank)?.inbound.exhausted)
      this.abort(this.#lost(rank, 'left the group while messages of it were awaited'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#life.reason !== undefined) return
    this.#life.end(disposed('transport'))
    const links = [...this.#links.values()]
    for (const { inbound } of links) inbound.end({ kind: 'leaving' })
    const overdue = setTimeout(() => this.#destroyAfter(0), closeMs)
    await Promise.all(links.map(({ outbound }) => outbound.end()))
    clearTimeout(overdue)
    this.#destroyAfter(0)
  }

  #destroyAfter(ms: number): void {
    const destroy = (): void => {
      for (const { inbound, outbound } of this.#links.values()) {
        inbound.destroy()
        outbound.destroy()
      }
    }
    if (ms === 0) destroy()
    else setTimeout(destroy, ms).unref()
  }

  #link(rank: number): Link {
    const link = this.#links.get(rank)
    if (link === undefined) throw new RangeError(`no connection between rank ${this.rank} and rank ${rank}`)
    return link
  }

  #lost(rank: number, how: string): Error {
    return rankLost(rank, how, this.#options)
  }
}
