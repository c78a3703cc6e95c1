import { connect, type Socket } from 'node:net'
import type { Words } from '../../envelope.ts'
import { frameBytes } from '../frame.ts'
import type { MessageReader } from '../message-reader.ts'
import { isWelcome, welcomeBytes } from './handshake.ts'
import { encodeNotice, type Notice } from './notice.ts'

/** What an inbound connection tells its transport. */
export interface InboundEvents {
  /** A message did not fit. */
  failed(error: Error): void
  /** The connection closed before the sender had said goodbye. */
  lost(how: string): void
  /** The sender has said goodbye. */
  left(): void
}

/** Where to connect and what to say there. */
export interface InboundTarget {
  readonly host: string
  readonly port: number
  readonly token: string
  readonly hello: Uint8Array
}

const spillBytes = 65_536

/**
 * The connection on which messages of one rank arrive. The receiver connects, since only then does the socket read
 * straight into memory that we name: each message's own destination.
 */
export class Inbound {
  /** Settles when the sender has answered the hello, which proves that it knows the token, or has not. */
  readonly ready: Promise<void>
  readonly #socket: Socket
  readonly #reader: MessageReader
  readonly #events: InboundEvents
  readonly #target: InboundTarget
  readonly #welcome: Uint8Array = new Uint8Array(welcomeBytes)
  #welcomed = 0
  #accept: () => void = () => {}
  /** Takes the first bytes after a pause, whose destination was not known when the socket asked for it. */
  readonly #spill: Uint8Array = new Uint8Array(spillBytes)
  #spilling = false

  constructor(target: InboundTarget, reader: MessageReader, events: InboundEvents) {
    this.#target = target
    this.#reader = reader
    this.#events = events
    const onread = {
      buffer: (): Uint8Array => this.#destination(),
      callback: (count: number): boolean => this.#take(count),
    }
    this.#socket = connect({ host: target.host, port: target.port, noDelay: true, keepAlive: true, onread })
    this.#socket.once('connect', () => this.#socket.write(target.hello))
    let how = 'closed its connection'
    this.#socket.on('error', ({ message }) => {
      how = `cannot be reached (${message})`
    })
    this.ready = new Promise((resolve, reject) => {
      this.#accept = resolve
      this.#socket.once('close', () => reject(new Error(how)))
    })
    this.#socket.once('close', () => this.#closed(how))
  }

  /** Whether a receiver waits for what will never come: the sender has said goodbye. */
  get exhausted(): boolean {
    return this.#reader.left && this.#reader.awaited
  }

  /** Adds a receiver. Throws `rank-mismatch` where another message came. */
  receive(words: Words, into: Uint8Array, done: () => void): void {
    this.#reader.post(words, into, done)
    if (!this.#socket.destroyed) this.#socket.resume()
  }

  /** Says something to the sender, and that nothing more will be said. */
  end(notice: Notice): void {
    if (!this.#socket.destroyed) this.#socket.end(encodeNotice(notice))
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy()
  }

  #destination(): Uint8Array {
    if (this.#welcomed < welcomeBytes) return this.#welcome.subarray(this.#welcomed)
    const own = this.#reader.target()
    this.#spilling = own === undefined
    // After a parked message without payload a frame comes next.
    return own ?? this.#spill.subarray(0, this.#reader.parkedBytes || frameBytes)
  }

  /** False pauses the socket. */
  #take(count: number): boolean {
    if (this.#welcomed < welcomeBytes) return this.#takeWelcome(count)
    try {
      if (this.#spilling) this.#reader.target()?.set(this.#spill.subarray(0, count))
      this.#reader.advance(count)
    } catch (error) {
      this.#events.failed(error as Error)
      return false
    }
    if (this.#reader.left) this.#events.left()
    return this.#reader.parkedBytes === undefined
  }

  #takeWelcome(count: number): boolean {
    this.#welcomed += count
    if (this.#welcomed < welcomeBytes) return true
    const { hello, token } = this.#target
    if (isWelcome(this.#welcome, hello, token)) this.#accept()
    else this.#socket.destroy(new Error('its answer is not signed with its token'))
    return true
  }

  #closed(how: string): void {
    if (!this.#reader.left) this.#events.lost(how)
  }
}
