import type { Floats } from '../../algorithms/blocks.ts'
import { mismatch, type Words } from '../../envelope.ts'
import { Lifeline } from '../../lifeline.ts'
import { disposed } from '../../reasons.ts'
import type { Envelope, Transport } from '../../transport.ts'
import { Channel } from '../frame.ts'
import { type LaneOptions, rankLost } from '../lane-options.ts'
import { MessageReader } from '../message-reader.ts'
import { type SectionLayout, stages } from './layout.ts'
import type { Members } from './members.ts'
import { Pump, type Task } from './pump.ts'
import { RingReader, RingWriter } from './ring.ts'
import type { Summation } from './summation.ts'
import type { Window } from './window.ts'

/** What a transport over a window is made of. */
export interface WindowParts {
  readonly lane: string
  readonly window: Window
  readonly layout: SectionLayout
  readonly members: Members
  /** Undefined where not all ranks of the group are members. */
  readonly summation: Summation | undefined
  /** Undefined where the window has no room for arrays. */
  readonly allocate: ((byteLength: number) => Uint8Array) | undefined
  /** Likewise. */
  readonly adopt: ((bytes: Uint8Array) => void) | undefined
}

interface Sum {
  readonly words: Words
  readonly steps: Generator<void, void, void>
  readonly done: () => void
}

interface Outbox {
  readonly writer: RingWriter
  readonly task: Task
}

interface Inbox {
  readonly ring: RingReader
  readonly task: Task
}

/** Milliseconds after which the others are looked after at the latest, whether or not anything is awaited of them. */
const watchMs = 500

/** Messages and sums through a window that ranks of one host share. */
export class WindowTransport implements Transport {
  readonly rank: number
  readonly worldSize: number
  readonly allReduce?: NonNullable<Transport['allReduce']>
  readonly awaited?: NonNullable<Transport['awaited']>
  readonly allocate?: NonNullable<Transport['allocate']>
  readonly adopt?: NonNullable<Transport['adopt']>
  readonly #options: LaneOptions
  readonly #parts: WindowParts
  readonly #life: Lifeline = new Lifeline()
  readonly #pump: Pump
  readonly #watch: NodeJS.Timeout
  readonly #outboxes: Map<number, Outbox> = new Map()
  readonly #inboxes: Map<number, Inbox> = new Map()
  readonly #sums: Sum[] = []
  #bytesSent = 0

  constructor(options: LaneOptions, parts: WindowParts) {
    this.rank = options.rank
    this.worldSize = options.worldSize
    this.#options = options
    this.#parts = parts
    this.#pump = new Pump(parts.window, (waitedMs) => this.#inspect(waitedMs))
    this.#watch = setInterval(() => this.#inspect(), watchMs).unref()
    const { summation, allocate, adopt } = parts
    if (summation) {
      this.allReduce = (send, receive, envelope) => this.#sum(summation, send, receive, envelope)
      this.awaited = () => (this.#sums.length > 0 ? summation.awaited().map((member) => this.#rankOf(member)) : [])
    }
    if (allocate) this.allocate = allocate
    if (adopt) this.adopt = adopt
  }

  get aborted(): Promise<Error> {
    return this.#life.ended
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  lane(): string {
    return this.#parts.lane
  }

  send(to: number, envelope: Envelope, payload: Uint8Array): Promise<void> {
    return this.#life.promise((resolve) => {
      const { writer, task } = this.#outbox(to)
      if (this.#hasLeft(to)) return this.abort(this.#lost(to, 'left the group before a message could be sent to it'))
      this.#bytesSent += payload.byteLength
      writer.add({ ...envelope, byteLength: payload.byteLength }, payload, () => resolve())
      this.#pump.add(task)
    })
  }

  receive(from: number, envelope: Envelope, into: Uint8Array): Promise<void> {
    return this.#life.promise((resolve) => {
      const { ring, task } = this.#inbox(from)
      const words = { ...envelope, byteLength: into.byteLength }
      this.#guard(() => ring.reader.post(words, into, () => resolve()))
      this.#pump.add(task)
    })
  }

  abort(reason: Error): void {
    if (this.#life.reason !== undefined) return
    this.#life.end(reason)
    this.#parts.members.abort(reason)
    this.#close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#life.reason !== undefined) return
    this.#life.end(disposed('transport'))
    this.#parts.members.leave()
    this.#close()
  }

  #close(): void {
    clearInterval(this.#watch)
    this.#pump.stop()
    this.#parts.window.close()
  }

  #sum(summation: Summation, send: Floats, receive: Floats, envelope: Envelope): Promise<void> {
    return this.#life.promise((resolve) => {
      const others = this.worldSize - 1
      this.#bytesSent += Math.round((2 * send.byteLength * others) / this.worldSize)
      const words = { ...envelope, byteLength: send.byteLength }
      this.#sums.push({ words, steps: summation.call(send, receive, envelope), done: () => resolve() })
      this.#pump.add(this.#sumTask)
    })
  }

  /** Sums run one after the other: they share the window's places for arrays. */
  readonly #sumTask: Task = () => {
    const [sum] = this.#sums
    const { summation } = this.#parts
    if (sum === undefined || summation === undefined) return false
    const before = summation.progress
    const ended = this.#guard(() => sum.steps.next().done === true)
    if (ended) {
      this.#sums.shift()
      if (this.#sums.length === 0) this.#pump.remove(this.#sumTask)
      sum.done()
    }
    return ended === true || summation.progress !== before
  }

  #outbox(to: number): Outbox {
    const member = this.#memberOf(to)
    const existing = this.#outboxes.get(to)
    if (existing) return existing
    const { window, layout } = this.#parts
    const writer = new RingWriter(window, layout, member, new Channel(this.rank, to, this.#options))
    const task = (): boolean => {
      const further = writer.advance()
      if (writer.idle) this.#pump.remove(task)
      return further
    }
    this.#outboxes.set(to, { writer, task })
    return { writer, task }
  }

  #inbox(from: number): Inbox {
    const member = this.#memberOf(from)
    const existing = this.#inboxes.get(from)
    if (existing) return existing
    const { window, layout } = this.#parts
    const reader = new MessageReader(new Channel(from, this.rank, this.#options))
    const ring = new RingReader(window, layout, member, reader)
    const task = (): boolean => {
      const further = this.#guard(() => ring.advance()) ?? false
      if (!reader.awaited) this.#pump.remove(task)
      return further
    }
    this.#inboxes.set(from, { ring, task })
    return { ring, task }
  }

  /** Ends the group where `work` throws. */
  #guard<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.abort(error as Error)
      return undefined
    }
  }

  /** Ends the group when another member has, has died, or has left although it is waited for; see {@link Members.ending}. */
  #inspect(waitedMs?: number): void {
    if (this.#life.reason !== undefined) return
    const reason = this.#parts.members.ending(waitedMs) ?? this.#strayed()
    const left = this.#waitedFor().filter((rank) => this.#hasLeft(rank))
    // Asked again, for a rank may have sent what is waited for just before it left.
    const missed = left.find((rank) => this.#waitedFor().includes(rank))
    if (reason) this.abort(reason)
    else if (missed !== undefined) this.abort(this.#lost(missed, 'left the group while messages of it were awaited'))
  }

  /** The error of a member that sends messages where its part of a sum is waited for. */
  #strayed(): Error | undefined {
    const [sum] = this.#sums
    for (const rank of this.awaited?.() ?? []) {
      const { ring } = this.#inbox(rank)
      if (!ring.reader.awaited) this.#guard(() => ring.advance(true))
      const sent = ring.reader.unasked
      // Asked again, for it may have come with its part just before the message, which is then of the next call.
      if (sum !== undefined && sent !== undefined && this.awaited?.().includes(rank))
        return mismatch({ rank, words: sent }, { rank: this.rank, words: sum.words })
    }
    return undefined
  }

  #waitedFor(): number[] {
    const senders = [...this.#inboxes].filter(([, { ring }]) => ring.reader.awaited && !ring.available)
    return [...senders.map(([rank]) => rank), ...(this.awaited?.() ?? [])]
  }

  #hasLeft(rank: number): boolean {
    return this.#parts.members.stage(this.#memberOf(rank)) === stages.left
  }

  #memberOf(rank: number): number {
    const member = this.#parts.members.ranks.indexOf(rank)
    if (member < 0 || rank === this.rank) throw new RangeError(`rank ${rank} does not share the window of ${this.rank}`)
    return member
  }

  #rankOf(member: number): number {
    return this.#parts.members.ranks[member] as number
  }

  #lost(rank: number, how: string): Error {
    return rankLost(rank, how, this.#options)
  }
}
