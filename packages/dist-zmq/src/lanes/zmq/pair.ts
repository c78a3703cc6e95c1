import {
  decodeReason,
  encodeReason,
  type FrameChannel,
  frameBytes,
  type PeerLink,
  type Words,
} from '@lockstep/collectives'
import type { Dealer, Router } from 'zeromq'
import { Outbox } from '../../control/outbox.ts'
import { Inbox } from './inbox.ts'
import { type Kind, prefixBytes, readPrefix, writePrefix } from './prefix.ts'

/** Bytes of a message at most; longer payloads travel in several. */
export const chunkBytes: number = 1024 * 1024
/** Payloads up to this length are copied, so that nobody has to wait for the peer to take them. */
const smallBytes = 64 * 1024
/** Chunks that may be on their way unacknowledged: enough to keep a wire busy, and a bound to what either side stores. */
const window = 16

/** How long an acknowledgement waits for a message that could carry it, in milliseconds. */
const answerMs = 1

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

/** What follows the prefix of a message. */
interface Contents {
  readonly offset?: number
  readonly words?: Words
  readonly rest?: Uint8Array
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
export class Pair implements PeerLink {
  readonly #socket: Router | Dealer
  /** What the router knows the peer by; a dealer has one peer only. */
  readonly #identity: Buffer | undefined
  readonly #outbox: Outbox
  readonly #channel: FrameChannel
  readonly #inbox: Inbox
  readonly #events: PairEvents
  readonly #queue: Outgoing[] = []
  /** For each chunk on its way: whom to tell that the peer has it. */
  readonly #unacknowledged: ((() => void) | undefined)[] = []
  readonly #greeting: Latch = latch()
  readonly #farewell: Latch = latch()
  #acknowledged = 0
  #answered = 0
  #answerLater: NodeJS.Timeout | undefined
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

  get left(): boolean {
    return this.#left
  }

  get debt(): string | undefined {
    if (!this.#left) return undefined
    if (this.#inbox.hungry) return 'left the group while messages of it were awaited'
    const kept = this.#queue.length > 0 || this.#unacknowledged.some((done) => done !== undefined)
    return kept ? 'left the group before it had taken what was sent to it' : undefined
  }

  /**
   * ZeroMQ reads a long payload where it lies, at some later time, and does not tell when: it may be changed when the peer
   * has acknowledged it.
   */
  send(words: Words, payload: Uint8Array, done: () => void): void {
    this.#queue.push({ words, payload, done, offset: 0 })
    void this.#pump()
  }

  receive(words: Words, into: Uint8Array, done: () => void): void {
    this.#inbox.take(words, into, done)
    this.#answer()
  }

  /** Tells the peer that the group has ended. */
  abort(reason: Error): void {
    this.#post('abort', { rest: encodeReason(reason, this.#channel.from) })
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
      const { words, payload, done, offset } = item
      const small = payload.byteLength <= smallBytes
      const chunk = small ? new Uint8Array(payload) : payload.subarray(offset, offset + chunkBytes)
      item.offset += chunk.byteLength
      const last = item.offset >= payload.byteLength
      if (last) this.#queue.shift()
      this.#unacknowledged.push(last && !small ? done : undefined)
      const sent = this.#post('data', { offset, words, rest: chunk })
      if (small) done()
      await sent
    }
    this.#pumping = false
  }

  #post(kind: Kind, { offset = 0, words, rest }: Contents = {}): Promise<void> {
    const head = new DataView(new ArrayBuffer(prefixBytes + (words ? frameBytes : 0)))
    this.#answered = this.#inbox.consumed
    writePrefix(head, { kind, consumed: this.#answered >>> 0, offset })
    if (words) this.#channel.write(new DataView(head.buffer, prefixBytes), words)
    const parts = [...(this.#identity ? [this.#identity] : []), new Uint8Array(head.buffer), ...(rest ? [rest] : [])]
    return this.#outbox.post(parts).catch(() => {
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

  #handle(channel: FrameChannel, [head, rest]: readonly Buffer[]): void {
    const prefix = head && readPrefix(viewOf(head))
    if (!prefix) return
    this.#greeting.open()
    this.#acknowledge(prefix.consumed)
    if (prefix.kind === 'data' && rest && head.byteLength === prefixBytes + frameBytes) {
      const words = channel.read(viewOf(head.subarray(prefixBytes)))
      if (words) this.#inbox.put({ words, offset: prefix.offset, bytes: rest })
      this.#answer()
    } else if (prefix.kind === 'abort' && rest) this.#events.aborted(decodeReason(rest))
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
    for (const done of this.#unacknowledged.splice(0, count)) done?.()
    void this.#pump()
  }

  /**
   * Acknowledges what has been taken, unless a message goes that way meanwhile: soon where nothing more is awaited or the
   * peer may have to stop sending, otherwise when there was time for a message.
   */
  #answer(): void {
    const taken = this.#inbox.consumed - this.#answered
    if (taken === 0) return
    const answer = (): void => {
      if (this.#inbox.consumed !== this.#answered) this.#post('acknowledgement')
    }
    if (!this.#inbox.hungry || taken >= window / 2) setImmediate(answer)
    else
      this.#answerLater ??= setTimeout(() => {
        this.#answerLater = undefined
        answer()
      }, answerMs)
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
