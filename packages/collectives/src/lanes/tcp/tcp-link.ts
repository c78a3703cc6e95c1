import type { Words } from '../../envelope.ts'
import type { PeerLink } from '../link-transport.ts'
import type { Inbound } from './inbound.ts'
import type { Outbound } from './outbound.ts'

/** The two connections with one peer. */
export class TcpLink implements PeerLink {
  readonly inbound: Inbound
  readonly outbound: Outbound

  constructor(inbound: Inbound, outbound: Outbound) {
    this.inbound = inbound
    this.outbound = outbound
  }

  get left(): boolean {
    return this.outbound.left
  }

  get debt(): string | undefined {
    return this.inbound.exhausted ? 'left the group while messages of it were awaited' : undefined
  }

  send(words: Words, payload: Uint8Array, done: () => void): void {
    this.outbound.send(words, payload, done)
  }

  receive(words: Words, into: Uint8Array, done: () => void): void {
    this.inbound.receive(words, into, done)
  }

  /** Closes both at once. */
  destroy(): void {
    this.inbound.destroy()
    this.outbound.destroy()
  }
}
