import { randomBytes } from 'node:crypto'
import { FrameChannel, type LaneOptions, type Transport } from '@lockstep/collectives'
import { LockstepError } from '@lockstep/core/errors'
import type { Dealer, Event, Router } from 'zeromq'
import type { Limits, Sockets } from '../../control/sockets.ts'
import { chunkBytes, Pair } from './pair.ts'
import { ZmqTransport } from './zmq-transport.ts'

/** Where one peer finds the socket that is bound for it, and what it has to call itself there. */
export interface ZmqAddress {
  readonly endpoint: string
  /** Made anew for every pair, and told to that peer alone. */
  readonly identity: string
}

export interface ZmqEndpointOptions extends LaneOptions {
  /** Address of this rank that the others reach; IPv6 without brackets. */
  readonly address: string
  readonly sockets: Sockets
}

/**
 * The sockets of one rank's lane. Of two ranks the lower binds a router and the higher connects a dealer: a stranger
 * who connects to the router has no identity that counts, and is never sent anything.
 */
export class ZmqEndpoint {
  readonly #options: ZmqEndpointOptions
  readonly #bound = new Map<number, { readonly socket: Router; readonly identity: Buffer }>()
  readonly #pairs = new Map<number, Pair>()
  readonly #transport: ZmqTransport

  constructor(options: ZmqEndpointOptions) {
    this.#options = options
    this.#transport = new ZmqTransport(options, this.#pairs)
  }

  /** Binds a socket for each of those peers that ranks higher; gives the addresses, by rank. */
  async bind(peers: readonly number[]): Promise<Readonly<Record<number, ZmqAddress>>> {
    const addresses: Record<number, ZmqAddress> = {}
    for (const peer of peers.filter((rank) => rank > this.#options.rank)) {
      const socket = this.#options.sockets.router(this.#limits, (event) => {
        // Strangers come and go, too: the peer is asked before it is mourned.
        if (event.type === 'disconnect') setTimeout(() => this.#pairs.get(peer)?.probe(), graceMs)
      })
      await socket.bind(`tcp://${bracketed(this.#options.address)}:*`)
      const identity = randomBytes(16).toString('hex')
      this.#bound.set(peer, { socket, identity: Buffer.from(identity) })
      addresses[peer] = { endpoint: socket.lastEndpoint ?? '', identity }
    }
    return addresses
  }

  /** Connects with those peers, who all do the same with this rank; `addressOf` is what that peer bound for us. */
  async connect(peers: readonly number[], addressOf: (peer: number) => ZmqAddress): Promise<Transport> {
    await Promise.all(
      peers.map(async (peer) => {
        const bound = this.#bound.get(peer)
        if (bound) return this.#pair(peer, bound.socket, bound.identity).met
        const pair = this.#pair(peer, await this.#call(peer, addressOf(peer)), undefined)
        // A router reaches nobody who has not written to it.
        pair.probe()
      }),
    )
    return this.#transport
  }

  get #limits(): Limits {
    const ipv6 = this.#options.address.includes(':')
    return { maxMessageSize: chunkBytes + 64 * 1024, highWaterMark: 64, sendTimeout: 0, ipv6, heartbeats: false }
  }

  #call(peer: number, { endpoint, identity }: ZmqAddress): Promise<Dealer> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(unreachable(peer, endpoint)), connectMs)
      const observe = (event: Event): void => {
        if (event.type === 'handshake') {
          clearTimeout(late)
          resolve(dealer)
        } else if (event.type === 'disconnect') setTimeout(() => this.#transport.lost(peer), graceMs)
      }
      const dealer = this.#options.sockets.dealer(this.#limits, observe, identity)
      dealer.connect(endpoint)
    })
  }

  #pair(peer: number, socket: Router | Dealer, identity: Buffer | undefined): Pair {
    const { rank } = this.#options
    const channels = {
      out: new FrameChannel(rank, peer, this.#options),
      in: new FrameChannel(peer, rank, this.#options),
    }
    const transport = this.#transport
    const events = {
      failed: (error: Error) => transport.abort(error),
      aborted: (reason: Error) => transport.heard(reason),
      left: () => transport.left(peer),
      lost: () => transport.lost(peer),
    }
    const pair = new Pair(socket, identity, channels, events)
    this.#pairs.set(peer, pair)
    return pair
  }
}

/** How long a connection may take. */
const connectMs = 10_000
/** How long a broken connection waits for a word that explains it. */
const graceMs = 20

/** A host as it stands before a port. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function unreachable(peer: number, endpoint: string): Error {
  const message = `no connection with rank ${peer} at ${endpoint} within ${connectMs / 1000} s; see whether that address can be reached from here`
  return new LockstepError('timed-out', { operation: 'connect', awaited: [peer] }, message)
}
