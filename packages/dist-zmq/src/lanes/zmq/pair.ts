import { decodeReason, encodeReason, type FrameChannel, frameBytes, type Words } from '@lockstep/collectives'
import type { Dealer, Router } from 'zeromq'
import { Outbox } from '../../control/outbox.ts'
import { ChunkPool, chunkBytes } from './chunk-pool.ts'
import { Inbox } from './inbox.ts'
import { type Kind, prefixBytes, readPrefix, writePrefix } from './prefix.ts'

/** Chunks that may be on their way unacknowledged: enough to keep a wire busy, and a bound to what either side stores. */
const window = 8
/** An answer for every so many chunks, unless a message goes that way anyhow. */
const answerEvery = 2

/** What a pair tells its transport. */
export interface PairEvents {
  /** What came does not fit. */
  readonly failed: (error: Error) => void
  /** The peer has ended the group. */
  readonly aborted: (reason: Error) => void
  /** The peer has said goodbye. */
  readonly left: () => void
  /** The peer cannot be reached. */
  readonly lost: () => void
}

interface Outgoing {
  readonly words: Words
  readonly payload: Uint8Array
  readonly done: () => void
  offset: number
}

/**
 * One peer and the socket that leads to it and to nobody else: sends payloads in chunks, as many at a time as the
 * peer keeps up with, and always listens, since acknowledgements come the same way as data.
 */
export class Pair {
  readonly #socket: Router | Dealer
  /** What the router knows the peer by; a dealer has one peer only. */
  readonly #identity: Buffer | undefined
  readonly #outbox: Outbox
  readonly #channel: FrameChannel
  readonly #inbox: Inbox
  readonly #events: PairEvents
  readonly #pool: ChunkPool = new ChunkPool()
  readonly #queue: Outgoing[] = []
  readonly #unacknowledged: Uint8Array[] = []
  readonly #greeting: Latch = latch()
  readonly #farewell: Latch = latch()
  #acknowledged = 0
  #answered = 0
  #pumping = false
  #left = false

  constructor(
    socket: Router | Dealer,
    identity: Buffer | undefined,
    channels: { readonly out: FrameChannel; readonly in: FrameChannel },
    events: PairEvents,
  ) {
    this.#socket = socket
    this.#identity = identity
    this.#outbox = new Outbox(socket)
    this.#channel = channels.out
    this.#inbox = new Inbox(channels.in)
    this.#events = events
    void this.#listen(channels.in)
  }

  /** Settles when the peer has written for the first time. */
  get met(): Promise<void> {
    return this.#greeting.opened
  }

  /** Whether the peer has said goodbye. */
  get left(): boolean {
    return this.#left
  }

  /** Whether something is awaited of a peer that will send no more. */
  get forsaken(): boolean {
    return this.#left && this.#inbox.hungry
  }

  /** Calls `done` when the payload may be changed. */
  send(words: Words, payload: Uint8Array, done: () => void): void {
    this.#queue.push({ words, payload, done, offset: 0 })
    void this.#pump()
  }

  /** Throws where the peer has sent something else. */
  receive(words: Words, into: Uint8Array, done: () => void): void {
    this.#inbox.take(words, into, done)
    this.#answer()
  }

  /** Tells the peer that the group has ended. */
  abort(reason: Error): void {
    this.#post('abort', 0, [encodeReason(reason, this.#channel.from)])
  }

  /** Asks for a sign of life, so that a dead peer is noticed. */
  probe(): void {
    this.#post('acknowledgement')
  }

  /** Says goodbye; settles when the peer has everything that was sent before. */
  leave(): Promise<void> {
    this.#post('bye')
    return this.#left ? Promise.resolve() : this.#farewell.opened
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    for (let item = this.#queue[0]; item && this.#unacknowledged.length < window; item = this.#queue[0]) {
      const chunk = this.#pool.copy(item.payload.subarray(item.offset, item.offset + chunkBytes))
      this.#unacknowledged.push(chunk)
      const sent = this.#post('data', item.offset, [this.#frame(item.words), chunk])
      item.offset += chunk.byteLength
      if (item.offset >= item.payload.byteLength) {
        this.#queue.shift()
        item.done()
      }
      await sent
    }
    this.#pumping = false
  }

  #frame(words: Words): Uint8Array {
    const bytes = new Uint8Array(frameBytes)
    this.#channel.write(new DataView(bytes.buffer), words)
    return bytes
  }

  #post(kind: Kind, offset = 0, rest: readonly Uint8Array[] = []): Promise<void> {
    const prefix = new Uint8Array(prefixBytes)
    this.#answered = this.#inbox.consumed
    writePrefix(new DataView(prefix.buffer), { kind, consumed: this.#answered >>> 0, offset })
    const parts = [prefix, ...rest]
    return this.#outbox.post(this.#identity ? [this.#identity, ...parts] : parts).catch(() => {
      if (!this.#socket.closed) this.#events.lost()
    })
  }

  async #listen(channel: FrameChannel): Promise<void> {
    while (!this.#socket.closed) {
      let parts: Buffer[]
      try {
        parts = await this.#socket.receive()
      } catch {
        return // The socket was closed.
      }
      if (this.#identity && !parts.shift()?.equals(this.#identity)) continue
      try {
        this.#handle(channel, parts)
      } catch (error) {
        this.#events.failed(error as Error)
      }
    }
  }

  #handle(channel: FrameChannel, [head, frame, bytes]: readonly Buffer[]): void {
    const prefix = head && readPrefix(viewOf(head))
    if (!prefix) return
    this.#greeting.open()
    this.#acknowledge(prefix.consumed)
    if (prefix.kind === 'data' && frame && bytes) {
      const words = channel.read(viewOf(frame))
      if (words) this.#inbox.put({ words, offset: prefix.offset, bytes })
      this.#answer()
    } else if (prefix.kind === 'abort' && frame) this.#events.aborted(decodeReason(frame))
    else if (prefix.kind === 'bye') {
      this.#left = true
      this.#post('byeHeard')
      this.#farewell.open()
      this.#events.left()
    } else if (prefix.kind === 'byeHeard') this.#farewell.open()
  }

  #acknowledge(consumed: number): void {
    const count = (consumed - this.#acknowledged) >>> 0
    if (count === 0 || count > this.#unacknowledged.length) return
    this.#acknowledged = consumed
    for (const chunk of this.#unacknowledged.splice(0, count)) this.#pool.release(chunk)
    void this.#pump()
  }

  #answer(): void {
    if (this.#inbox.consumed - this.#answered >= answerEvery) this.#post('acknowledgement')
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

interface Latch {
  readonly opened: Promise<void>
  readonly open: () => void
}

function latch(): Latch {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
