import type { Floats } from '../../algorithms/blocks.ts'
import { headerBytes, mismatch, readHeader, type Words, writeHeader } from '../../envelope.ts'
import type { Envelope } from '../../transport.ts'
import { type SectionLayout, smallBytes } from './layout.ts'
import type { Window } from './window.ts'

/** A piece of memory: its place in the window, in bytes, sections one after the other, or bytes of this process alone. */
export type Operand = number | Uint8Array

/** How a lane adds what lies in a window. */
export interface Adder {
  /** Where an array lies in the window, for all to reach; -1 for memory of this process alone. */
  placeOf(bytes: Uint8Array): number
  /** Every target becomes the sum of the terms, added in order, of `byteLength` bytes each; a target may be a term. */
  sum(targets: readonly Operand[], terms: readonly Operand[], byteLength: number, dtype: Envelope['dtype']): void
}

interface Call {
  readonly input: Uint8Array
  readonly result: Uint8Array
  readonly dtype: Envelope['dtype']
  readonly turn: number
  /** Where the members' arrays lie in the window, -1 where they do not. */
  readonly inputs: number[]
  readonly results: number[]
}

const line = 64

/**
 * The all-reduce of a window. Every member adds its part of all members' arrays, in rank order, and all take the parts
 * of the others; arrays that lie in the window are read and written where they are, others pass through it in chunks,
 * so that one is staged while the one before is added and the one before that is taken.
 */
export class Summation {
  readonly #window: Window
  readonly #layout: SectionLayout
  readonly #adder: Adder
  readonly #ranks: readonly number[]
  #calls = 0
  #progress = 0

  constructor(window: Window, layout: SectionLayout, adder: Adder, ranks: readonly number[]) {
    this.#window = window
    this.#layout = layout
    this.#adder = adder
    this.#ranks = ranks
  }

  /** Steps made in all calls so far. */
  get progress(): number {
    return this.#progress
  }

  /** Members that have not come as far as this one. */
  awaited(): number[] {
    return [...this.#ranks.keys()].filter((member) => this.#isBehind(member))
  }

  /** One call; yields while others are behind. Throws `rank-mismatch` when another member makes another call. */
  *call(send: Floats, receive: Floats, envelope: Envelope): Generator<void, void, void> {
    const words = { ...envelope, byteLength: send.byteLength }
    const turn = this.#calls++ & 1
    const call: Call = {
      input: bytesOf(send),
      result: bytesOf(receive),
      dtype: envelope.dtype,
      turn,
      inputs: [],
      results: [],
    }
    const small = send.byteLength <= smallBytes
    if (small) this.#window.write(this.#layout.small(turn), call.input)
    this.#announce(call, words)
    if (!small) this.#stage(call, 0)
    yield* this.#step()
    this.#compare(call, words)
    if (small) this.#addWhole(call)
    else yield* this.#addParts(call)
  }

  /** Says what this member's call is and where its arrays lie. */
  #announce({ input, result, turn, inputs, results }: Call, words: Words): void {
    const view = new DataView(new ArrayBuffer(line))
    writeHeader(view, words)
    inputs[this.#window.self] = this.#adder.placeOf(input)
    results[this.#window.self] = input === result ? (inputs[this.#window.self] as number) : this.#adder.placeOf(result)
    view.setFloat64(headerBytes, inputs[this.#window.self] as number)
    view.setFloat64(headerBytes + 8, results[this.#window.self] as number)
    this.#window.write(this.#layout.call(turn), new Uint8Array(view.buffer))
  }

  /** Reads what the others have said. */
  #compare({ turn, inputs, results }: Call, words: Words): void {
    const bytes = new Uint8Array(line)
    const view = new DataView(bytes.buffer)
    for (const [member, rank] of this.#ranks.entries()) {
      if (member === this.#window.self) continue
      this.#window.read(member, this.#layout.call(turn), bytes)
      const own = { rank: this.#ranks[this.#window.self] as number, words }
      const error = mismatch({ rank, words: readHeader(view) }, own)
      if (error) throw error
      inputs[member] = view.getFloat64(headerBytes)
      results[member] = view.getFloat64(headerBytes + 8)
    }
  }

  #addWhole({ result, dtype, turn }: Call): void {
    const terms = this.#ranks.map((_, member) => this.#spot(member, this.#layout.small(turn)))
    this.#adder.sum([result], terms, result.byteLength, dtype)
  }

  *#addParts(call: Call): Generator<void, void, void> {
    const chunks = Math.ceil(call.input.byteLength / this.#chunkBytes(call))
    for (let step = 1; step <= chunks + 1; step++) {
      if (step >= 2) this.#take(call, step - 2)
      if (step > chunks) break
      this.#addPart(call, step - 1)
      if (step < chunks) this.#stage(call, step)
      yield* this.#step()
    }
  }

  /** Everything at once where nothing has to be staged. */
  #chunkBytes({ inputs, results, input }: Call): number {
    return [...inputs, ...results].every((place) => place >= 0) ? input.byteLength : this.#layout.chunkBytes
  }

  /** Puts the others' parts of a chunk where they see them. */
  #stage(call: Call, chunk: number): void {
    const { self } = this.#window
    if ((call.inputs[self] as number) >= 0) return
    for (const member of this.#ranks.keys()) {
      const { start, end, from } = this.#part(this.#layout.chunkBytes, call, chunk, member)
      if (member !== self && end > start)
        this.#window.write(this.#layout.input(chunk) + from, call.input.subarray(start, end))
    }
  }

  /** Adds the own part of a chunk. */
  #addPart(call: Call, chunk: number): void {
    const { inputs, results, dtype } = call
    const { self } = this.#window
    const { start, end, from } = this.#part(this.#chunkBytes(call), call, chunk, self)
    if (end === start) return
    const terms = inputs.map((place, member): Operand => {
      if (place >= 0) return place + start
      return member === self ? call.input.subarray(start, end) : this.#spot(member, this.#layout.input(chunk)) + from
    })
    const targets: Operand[] = results.filter((place) => place >= 0).map((place) => place + start)
    if (results.some((place, member) => place < 0 && member !== self))
      targets.unshift(this.#spot(self, this.#layout.output(chunk)))
    if ((results[self] as number) < 0) targets.push(call.result.subarray(start, end))
    this.#adder.sum(targets, terms, end - start, dtype)
  }

  /** Copies the others' parts of a chunk to the result. */
  #take(call: Call, chunk: number): void {
    const { self } = this.#window
    if ((call.results[self] as number) >= 0) return
    for (const member of this.#ranks.keys()) {
      const { start, end } = this.#part(this.#chunkBytes(call), call, chunk, member)
      if (member !== self && end > start)
        this.#window.read(member, this.#layout.output(chunk), call.result.subarray(start, end))
    }
  }

  /** A member's part of a chunk: bytes of the whole array (`start` to `end`), and where in the chunk it begins (`from`). */
  #part(
    chunkBytes: number,
    { input }: Call,
    chunk: number,
    member: number,
  ): { start: number; end: number; from: number } {
    const offset = chunk * chunkBytes
    const length = Math.min(chunkBytes, input.byteLength - offset)
    const border = (index: number): number =>
      Math.min(length, Math.floor((Math.ceil(length / line) * index) / this.#ranks.length) * line)
    const from = border(member)
    return {
      start: offset + from,
      end: offset + (member + 1 === this.#ranks.length ? length : border(member + 1)),
      from,
    }
  }

  #spot(member: number, at: number): number {
    return member * this.#layout.sectionBytes + at
  }

  /** Tells that a step is done, and waits until all have done it. */
  *#step(): Generator<void, void, void> {
    this.#progress = (this.#progress + 1) >>> 0
    this.#window.store(this.#layout.progress, this.#progress)
    this.#window.wake()
    // Members only ever go on: whoever has been seen to be here need not be looked at again.
    for (let member = 0; member < this.#ranks.length; member++) while (this.#isBehind(member)) yield
  }

  #isBehind(member: number): boolean {
    return ((this.#window.load(member, this.#layout.progress) - this.#progress) | 0) < 0
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Floats): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
