import type { Words } from '../../envelope.ts'
import { type Channel, frameBytes } from '../frame.ts'
import type { MessageReader } from '../message-reader.ts'
import type { SectionLayout } from './layout.ts'
import type { Window } from './window.ts'

interface Letter {
  readonly bytes: Uint8Array
  readonly done: (() => void) | undefined
}

/** Messages to one member, which pass through a ring in the own section. */
export class RingWriter {
  readonly #window: Window
  readonly #layout: SectionLayout
  readonly #to: number
  readonly #channel: Channel
  readonly #letters: Letter[] = []
  #sent = 0
  /** Bytes of the first letter that are in the ring. */
  #written = 0

  constructor(window: Window, layout: SectionLayout, to: number, channel: Channel) {
    this.#window = window
    this.#layout = layout
    this.#to = to
    this.#channel = channel
  }

  /** Whether everything has been handed over. */
  get idle(): boolean {
    return this.#letters.length === 0
  }

  /** Queues a message; `done` is called when `payload` may be changed. */
  add(words: Words, payload: Uint8Array, done: () => void): void {
    const frame = new Uint8Array(frameBytes)
    this.#channel.write(new DataView(frame.buffer), words)
    const empty = payload.byteLength === 0
    this.#letters.push({ bytes: frame, done: empty ? done : undefined })
    if (!empty) this.#letters.push({ bytes: payload, done })
  }

  /** Writes what there is room for; returns whether it wrote anything. */
  advance(): boolean {
    const before = this.#sent
    const { ringBytes } = this.#layout
    let room = ringBytes - ((this.#sent - this.#window.load(this.#to, this.#layout.received(this.#window.self))) >>> 0)
    for (let letter = this.#letters[0]; letter !== undefined && room > 0; letter = this.#letters[0]) {
      const at = this.#sent & (ringBytes - 1)
      const count = Math.min(room, ringBytes - at, letter.bytes.byteLength - this.#written)
      this.#window.write(this.#layout.ring(this.#to) + at, letter.bytes.subarray(this.#written, this.#written + count))
      this.#sent = (this.#sent + count) >>> 0
      this.#written += count
      room -= count
      if (this.#written === letter.bytes.byteLength) this.#finish(letter)
    }
    if (this.#sent === before) return false
    this.#window.store(this.#layout.sent(this.#to), this.#sent)
    return true
  }

  #finish({ done }: Letter): void {
    this.#letters.shift()
    this.#written = 0
    done?.()
  }
}

/** Messages from one member, taken out of the ring in its section. */
export class RingReader {
  readonly #window: Window
  readonly #layout: SectionLayout
  readonly #from: number
  readonly reader: MessageReader
  #received = 0

  constructor(window: Window, layout: SectionLayout, from: number, reader: MessageReader) {
    this.#window = window
    this.#layout = layout
    this.#from = from
    this.reader = reader
  }

  /** Whether bytes lie in the ring. */
  get available(): boolean {
    return this.#window.load(this.#from, this.#layout.sent(this.#window.self)) !== this.#received
  }

  /**
   * Reads what is there as far as it is asked for, with `unasked` up to a payload that nobody waits for; returns whether
   * it read anything. Throws as {@link MessageReader.advance}.
   */
  advance(unasked = false): boolean {
    const { ringBytes } = this.#layout
    const before = this.#received
    let there = (this.#window.load(this.#from, this.#layout.sent(this.#window.self)) - this.#received) >>> 0
    while (there > 0 && (unasked || this.reader.awaited)) {
      const target = this.reader.target()
      if (target === undefined) break
      const at = this.#received & (ringBytes - 1)
      const count = Math.min(there, ringBytes - at, target.byteLength)
      this.#window.read(this.#from, this.#layout.ring(this.#window.self) + at, target.subarray(0, count))
      this.#received = (this.#received + count) >>> 0
      there -= count
      this.reader.advance(count)
    }
    if (this.#received === before) return false
    this.#window.store(this.#layout.received(this.#from), this.#received)
    return true
  }
}
