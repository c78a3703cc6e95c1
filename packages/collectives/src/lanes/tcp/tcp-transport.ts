import { decodeReason, disposed, encodeReason } from '../../reasons.ts'
import { LinkTransport } from '../link-transport.ts'
import type { TcpLink } from './tcp-link.ts'

/**
 * A close may come before the reason, which travels on the other connection; so long a reason is waited for before the
 * close itself becomes the reason.
 */
const graceMs = 20

/** Connections that the other side does not close are closed after so long. */
const closeMs = 1000

/** Messages over pairs of connections, one for each direction; made by `tcpEndpoint`. */
export class TcpTransport extends LinkTransport<TcpLink> {
  lane(): string {
    return 'tcp'
  }

  abort(reason: Error): void {
    if (this.life.reason !== undefined) return
    this.life.end(reason)
    const notice = { kind: 'abort', reason: encodeReason(reason, this.rank) } as const
    for (const { inbound } of this.links.values()) inbound.end(notice)
    // The connections of the other direction stay until the peers have heard the reason.
    this.#destroyAfter(closeMs)
  }

  /** A peer has told why the group ends. */
  heard(from: number, reason: Uint8Array): void {
    if (this.life.reason !== undefined) return
    try {
      this.life.end(decodeReason(reason))
    } catch {
      this.life.end(this.gone(from, 'ended the group for a reason that cannot be read'))
    }
    this.#destroyAfter(0)
  }

  /** A peer's connection closed without a goodbye. */
  lost(rank: number, how: string): void {
    if (this.life.reason !== undefined) return
    setTimeout(() => this.abort(this.gone(rank, `died: it ${how}`)), graceMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.life.reason !== undefined) return
    this.life.end(disposed('transport'))
    const links = [...this.links.values()]
    for (const { inbound } of links) inbound.end({ kind: 'leaving' })
    const overdue = setTimeout(() => this.#destroyAfter(0), closeMs)
    await Promise.all(links.map(({ outbound }) => outbound.end()))
    clearTimeout(overdue)
    this.#destroyAfter(0)
  }

  #destroyAfter(ms: number): void {
    const destroy = (): void => {
      for (const link of this.links.values()) link.destroy()
    }
    if (ms === 0) destroy()
    else setTimeout(destroy, ms).unref()
  }
}
