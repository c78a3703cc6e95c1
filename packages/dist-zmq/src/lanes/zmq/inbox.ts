import type { FrameChannel, Words } from '@lockstep/collectives'
import { LockstepError } from '@lockstep/core/errors'
import { messageUsed } from './used-messages.ts'

/** Some bytes of a payload, as they came. */
export interface Piece {
  readonly words: Words
  readonly offset: number
  readonly bytes: Uint8Array
}

interface Recipient {
  readonly words: Words
  readonly into: Uint8Array
  readonly done: () => void
  received: number
}

/** Brings the pieces that come from a peer to the receives that were asked for, in order. */
export class Inbox {
  readonly #channel: FrameChannel
  readonly #pieces: Piece[] = []
  readonly #recipients: Recipient[] = []
  #consumed = 0

  constructor(channel: FrameChannel) {
    this.#channel = channel
  }

  /** Pieces that have found their place so far. */
  get consumed(): number {
    return this.#consumed
  }

  /** Whether a message is awaited that is not here. */
  get hungry(): boolean {
    return this.#recipients.length > 0
  }

  /** Takes a piece; throws what is wrong with it. */
  put(piece: Piece): void {
    this.#pieces.push(piece)
    this.#match()
  }

  /** Asks for a message; throws where another one is here. */
  take(words: Words, into: Uint8Array, done: () => void): void {
    this.#recipients.push({ words, into, done, received: 0 })
    this.#match()
  }

  #match(): void {
    for (;;) {
      const piece = this.#pieces[0]
      const recipient = this.#recipients[0]
      if (piece === undefined || recipient === undefined) return
      this.#place(piece, recipient)
      this.#pieces.shift()
      this.#consumed++
      messageUsed(piece.bytes.byteLength)
      if (recipient.received < recipient.into.byteLength) continue
      this.#recipients.shift()
      recipient.done()
    }
  }

  #place({ words, offset, bytes }: Piece, recipient: Recipient): void {
    const problem = this.#channel.mismatch(words, recipient.words)
    if (problem) throw problem
    if (offset !== recipient.received || offset + bytes.byteLength > recipient.into.byteLength)
      throw torn(this.#channel.from, offset, recipient)
    copyBytes(bytes, recipient.into, offset)
    recipient.received += bytes.byteLength
  }
}

/** As `into.set(bytes, offset)`, which moves word by word where memory is shared; this is the C library's copy. */
function copyBytes(bytes: Uint8Array, into: Uint8Array, offset: number): void {
  Buffer.prototype.fill.call(into, bytes, offset, offset + bytes.byteLength)
}

function torn(from: number, offset: number, { received, into }: Recipient): Error {
  const message = `a message of rank ${from} goes on at byte ${offset}, where byte ${received} of ${into.byteLength} was due; see that all ranks run the same version of Lockstep`
  return new LockstepError('invalid-data', { source: `messages of rank ${from}` }, message)
}
