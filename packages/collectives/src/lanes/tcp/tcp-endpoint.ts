import { randomBytes } from 'node:crypto'
import { LockstepError } from '@lockstep/core/errors'
import { disposed } from '../../reasons.ts'
import type { Transport } from '../../transport.ts'
import { Channel } from '../frame.ts'
import { type LaneOptions, rankLost } from '../lane-options.ts'
import { MessageReader } from '../message-reader.ts'
import { Door } from './door.ts'
import { hello } from './handshake.ts'
import { Inbound } from './inbound.ts'
import { Outbound } from './outbound.ts'
import { TcpLink } from './tcp-link.ts'
import { TcpTransport } from './tcp-transport.ts'

/** What a rank gives to the others, over a channel that is authenticated and secret, so that they can connect to it. */
export interface TcpAddress {
  readonly host: string
  readonly port: number
  /** Made anew for every endpoint: whoever has it can receive this rank's messages, once per rank. */
  readonly token: string
}

export interface TcpEndpointOptions extends LaneOptions {
  /** Address of the interface to listen on, and no other. */
  readonly host?: string
  /** What others connect to where that differs from `host`, for it is 0.0.0.0 or behind a translation. */
  readonly publicHost?: string
}

/** A port that waits for the other ranks. */
export interface TcpEndpoint extends AsyncDisposable {
  readonly address: TcpAddress
  /**
   * Connects with those ranks, both ways, and closes the port. Every one of them must do the same with this rank.
   * Rejects with `timed-out` naming who did not come within `timeoutMs` (10 s unless told), `peer-lost` for who refused.
   */
  connect(peers: ReadonlyMap<number, TcpAddress>, options?: { readonly timeoutMs?: number }): Promise<Transport>
}

/**
 * Opens a port for the messages of this rank. What does not know the token is disconnected, without an answer and
 * without harm to others. Payloads travel in the clear: use it where the network is trusted.
 */
export async function tcpEndpoint(options: TcpEndpointOptions): Promise<TcpEndpoint> {
  const endpoint = new Endpoint(options)
  const address = await endpoint.listen()
  return {
    address,
    connect: (peers, how) => endpoint.connect(peers, how),
    [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose](),
  }
}

class Endpoint {
  readonly #options: TcpEndpointOptions
  readonly #token: string = randomBytes(32).toString('hex')
  readonly #door: Door
  #used = false

  constructor(options: TcpEndpointOptions) {
    this.#options = options
    this.#door = new Door(options, this.#token)
  }

  async listen(): Promise<TcpAddress> {
    const { address, port } = await this.#door.open(this.#options.host ?? '127.0.0.1')
    return { host: this.#options.publicHost ?? address, port, token: this.#token }
  }

  async connect(peers: ReadonlyMap<number, TcpAddress>, { timeoutMs = 10_000 } = {}): Promise<Transport> {
    if (this.#used) throw disposed('endpoint')
    this.#used = true
    const links = new Map<number, TcpLink>()
    const transport = new TcpTransport(this.#options, links)
    const inbounds: Inbound[] = []
    const meeting = [...peers].map(async ([rank, address]) => {
      const inbound = this.#call(rank, address, transport)
      inbounds.push(inbound)
      links.set(rank, new TcpLink(inbound, await this.#met(rank, inbound, transport)))
    })
    const missing = (): number[] => [...peers.keys()].filter((rank) => !links.has(rank))
    try {
      await within(timeoutMs, Promise.all(meeting), () => notThere(missing(), timeoutMs))
      return transport
    } catch (error) {
      for (const inbound of inbounds) inbound.destroy()
      transport.abort(error as Error)
      throw error
    } finally {
      await this[Symbol.asyncDispose]()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#used = true
    await this.#door.close()
  }

  #call(from: number, { host, port, token }: TcpAddress, transport: TcpTransport): Inbound {
    const { rank } = this.#options
    const target = { host, port, token, hello: hello(from, token, this.#options) }
    return new Inbound(target, new MessageReader(new Channel(from, rank, this.#options)), {
      failed: (error) => transport.abort(error),
      lost: (how) => transport.lost(from, how),
      left: () => transport.left(from),
    })
  }

  async #met(rank: number, inbound: Inbound, transport: TcpTransport): Promise<Outbound> {
    const refused = (error: Error): never => {
      throw rankLost(rank, `did not accept this rank's token, job and generation: it ${error.message}`, this.#options)
    }
    const [{ socket, rest }] = await Promise.all([this.#door.caller(rank), inbound.ready.catch(refused)])
    return new Outbound(socket, new Channel(this.#options.rank, rank, this.#options), rest, {
      aborted: (reason) => transport.heard(rank, reason),
      lost: (how) => transport.lost(rank, how),
    })
  }
}

function notThere(missing: readonly number[], timeoutMs: number): Error {
  const who = `rank${missing.length === 1 ? '' : 's'} ${missing.join(', ')}`
  return new LockstepError(
    'timed-out',
    { operation: 'connect', awaited: missing },
    `no connection with ${who} within ${timeoutMs} ms; see whether it runs and whether its address can be reached from here`,
  )
}

async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}
