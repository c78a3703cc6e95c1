import { Context, Dealer, type Event, Router } from 'zeromq'
import type { JobKeys } from '../security/curve.ts'
import { Doorkeeper, zapDomain } from '../security/doorkeeper.ts'

/** Milliseconds between two pings. */
const pingMs = 500

/**
 * Milliseconds after which a peer that answers no ping counts as gone: half of what a rank may keep the others waiting,
 * so that it is noticed in time, but at least 2 s, since on a busy machine a thread may not get its turn for that long.
 */
export function silenceMs(timeoutMs: number): number {
  return Math.max(2000, timeoutMs / 2)
}

/** How long closed sockets go on sending. */
const flushMs = 500

/** What becomes of a socket's connections, for those who want to know. */
export type Listener = (event: Event) => void

/**
 * All ZeroMQ sockets of one group on one rank, in a context of their own. They are kept here, since a socket without a
 * reference is collected and closed; and closed here, since a thread that ends with an open one takes the process along.
 */
export class Sockets {
  readonly #context: Context = new Context({ blocky: false })
  readonly #keys: JobKeys | undefined
  readonly #silenceMs: number
  readonly #doorkeeper: Doorkeeper | undefined
  readonly #open = new Map<Router | Dealer, Promise<unknown>>()
  #closed: Promise<void> | undefined

  constructor(keys: JobKeys | undefined, timeoutMs: number) {
    this.#keys = keys
    this.#silenceMs = silenceMs(timeoutMs)
    this.#doorkeeper = keys ? new Doorkeeper(this.#context, keys.client.publicKey) : undefined
  }

  /** Whether what the sockets carry is encrypted and its sender known to hold the key. */
  get encrypted(): boolean {
    return this.#keys !== undefined
  }

  /** Has to be awaited before the first socket is made. */
  async ready(): Promise<void> {
    await this.#doorkeeper?.open()
  }

  /** A socket that binds. A stranger's messages come with an identity that nobody was given. */
  router(limits: Limits, listener: Listener): Router {
    const socket = new Router({
      ...this.#common(limits),
      ...(this.#keys ? { curveServer: true, curveSecretKey: this.#keys.server.secretKey, zapDomain } : {}),
      mandatory: true,
    })
    return this.#keep(socket, listener)
  }

  /** A socket that connects; `identity` is what the router at the other end knows it by. */
  dealer(limits: Limits, listener: Listener, identity?: string): Dealer {
    const keys = this.#keys
    const socket = new Dealer({
      ...this.#common(limits),
      ...(keys
        ? {
            curveServerKey: keys.server.publicKey,
            curvePublicKey: keys.client.publicKey,
            curveSecretKey: keys.client.secretKey,
          }
        : {}),
      ...(identity === undefined ? {} : { routingId: identity }),
      // With `immediate` a connection that breaks takes along what has come over it and was not read yet: last words.
      immediate: false,
      connectTimeout: 2000,
      reconnectInterval: 50,
      reconnectMaxInterval: 1000,
    })
    return this.#keep(socket, listener)
  }

  /**
   * Closes all; settles when no event of any of them is to come, so that the thread may end. ZeroMQ goes on sending last
   * words for half a second at most, for which the end of the thread waits.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    for (const socket of this.#open.keys()) {
      socket.linger = flushMs
      socket.close()
    }
    await Promise.all(this.#open.values())
    this.#doorkeeper?.close()
    // A receive that was pending rejects in a later turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }

  #common(limits: Limits) {
    return {
      context: this.#context,
      linger: 0,
      sendTimeout: limits.sendTimeout,
      receiveTimeout: -1,
      maxMessageSize: limits.maxMessageSize,
      sendHighWaterMark: limits.highWaterMark,
      receiveHighWaterMark: limits.highWaterMark,
      ...(limits.heartbeats
        ? {
            heartbeatInterval: pingMs,
            heartbeatTimeout: this.#silenceMs,
            heartbeatTimeToLive: this.#silenceMs,
          }
        : {}),
      handshakeInterval: 5000,
      ipv6: limits.ipv6,
    }
  }

  #keep<Socket extends Router | Dealer>(socket: Socket, listener: Listener): Socket {
    this.#open.set(socket, observe(socket, listener))
    return socket
  }
}

/** What differs between sockets of control and of data. */
export interface Limits {
  readonly maxMessageSize: number
  /** Messages, in each direction. */
  readonly highWaterMark: number
  /** Milliseconds that a send may wait for room. */
  readonly sendTimeout: number
  readonly ipv6: boolean
  /** Pings; not where long messages on slow wires hold them up. */
  readonly heartbeats: boolean
}

async function observe(socket: Router | Dealer, listener: Listener): Promise<void> {
  try {
    for (;;) {
      const event = await socket.events.receive()
      if (event.type === 'end') return
      listener(event)
    }
  } catch {
    return // The observer was closed together with its socket.
  }
}
