import type { Words } from '../envelope.ts'
import { type Channel, frameBytes } from './frame.ts'

interface Posted {
  readonly words: Words
  readonly into: Uint8Array
  readonly done: () => void
}

/**
 * Takes messages out of a stream of bytes: says where the next bytes belong, which is the receiver's own memory as soon
 * as a message's frame is known and the receiver there. Messages go to receivers in order.
 */
export class MessageReader {
  readonly #channel: Channel
  readonly #frame: Uint8Array = new Uint8Array(frameBytes)
  readonly #frameView: DataView = new DataView(this.#frame.buffer)
  readonly #posted: Posted[] = []
  /** Of the message whose payload comes next; undefined while a frame does. */
  #words: Words | undefined
  #filled = 0
  #left = false

  constructor(channel: Channel) {
    this.#channel = channel
  }

  /** Whether a receiver waits. */
  get awaited(): boolean {
    return this.#posted.length > 0
  }

  /** Whether the sender has said goodbye: nothing more will come. */
  get left(): boolean {
    return this.#left
  }

  /** Bytes of the payload whose receiver is not there yet; undefined where that is not what is waited for. */
  get parkedBytes(): number | undefined {
    return this.#words !== undefined && !this.awaited ? this.#words.byteLength : undefined
  }

  /** What a message says that has come and that nobody waits for; undefined where there is none. */
  get unasked(): Words | undefined {
    return this.awaited ? undefined : this.#words
  }

  /** Adds a receiver. Throws `rank-mismatch` where another message came. */
  post(words: Words, into: Uint8Array, done: () => void): void {
    this.#posted.push({ words, into, done })
    if (this.#posted.length === 1) this.#match()
  }

  /** Where the next bytes belong; undefined while the receiver of a message that has come is missing. */
  target(): Uint8Array | undefined {
    if (this.#words === undefined) return this.#frame.subarray(this.#filled)
    return this.#posted[0]?.into.subarray(this.#filled)
  }

  /** Counts bytes that were written to the target. Throws `invalid-data` or `rank-mismatch` for a frame that does not fit. */
  advance(count: number): void {
    this.#filled += count
    if (this.#words !== undefined) this.#finish()
    else if (this.#filled === frameBytes) this.#readFrame()
  }

  #readFrame(): void {
    this.#words = this.#channel.read(this.#frameView)
    this.#filled = 0
    this.#left = this.#words === undefined
    this.#match()
  }

  #match(): void {
    const receiver = this.#posted[0]
    if (this.#words === undefined || receiver === undefined) return
    const error = this.#channel.mismatch(this.#words, receiver.words)
    if (error) throw error
    this.#finish()
  }

  #finish(): void {
    if (this.#filled < (this.#words?.byteLength ?? 0)) return
    const receiver = this.#posted.shift()
    this.#words = undefined
    this.#filled = 0
    receiver?.done()
  }
}
