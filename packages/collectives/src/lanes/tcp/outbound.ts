import type { Socket } from 'node:net'
import type { Words } from '../../envelope.ts'
import { type Channel, frameBytes } from '../frame.ts'
import { NoticeReader } from './notice.ts'

/** What an outbound connection tells its transport. */
export interface OutboundEvents {
  /** The receiver ends the group, and why: bytes of `encodeReason`. */
  aborted(reason: Uint8Array): void
  /** The connection closed before the receiver had said goodbye. */
  lost(how: string): void
}

/** The connection on which messages go to one rank, which has opened it and been authenticated. */
export class Outbound {
  readonly #socket: Socket
  readonly #channel: Channel
  readonly #notices: NoticeReader = new NoticeReader()
  readonly #events: OutboundEvents
  #left = false

  /** `rest` came with the hello. */
  constructor(socket: Socket, channel: Channel, rest: Uint8Array, events: OutboundEvents) {
    this.#socket = socket
    this.#channel = channel
    this.#events = events
    let how = 'closed its connection'
    socket.on('error', ({ message }) => {
      how = `lost its connection (${message})`
    })
    const closed = (): void => {
      if (!this.#left) events.lost(how)
    }
    if (socket.destroyed) closed()
    else socket.once('close', closed)
    this.#hear(rest)
    socket.on('data', (bytes) => this.#hear(bytes))
    socket.resume()
  }

  /** Whether the receiver has said goodbye. */
  get left(): boolean {
    return this.#left
  }

  /** Writes a message; `done` is called when its bytes have been copied into the system's buffers. */
  send(words: Words, payload: Uint8Array, done: () => void): void {
    const frame = new Uint8Array(frameBytes)
    this.#channel.write(new DataView(frame.buffer), words)
    const written = (error?: Error | null): void => {
      // A failed write shows as the end of the connection, which says more.
      if (!error) done()
    }
    this.#socket.cork()
    this.#socket.write(frame, payload.byteLength === 0 ? written : undefined)
    if (payload.byteLength > 0) this.#socket.write(payload, written)
    this.#socket.uncork()
  }

  /** Says goodbye after all that was sent; resolves when the connection has closed. */
  async end(): Promise<void> {
    if (this.#socket.destroyed) return
    const frame = new Uint8Array(frameBytes)
    this.#channel.writeGoodbye(new DataView(frame.buffer))
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()))
    this.#socket.end(frame)
    await closed
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy()
  }

  #hear(bytes: Uint8Array): void {
    try {
      for (const notice of this.#notices.read(bytes)) {
        if (notice.kind === 'leaving') this.#left = true
        else this.#events.aborted(notice.reason)
      }
    } catch (error) {
      this.#socket.destroy(error as Error)
    }
  }
}
