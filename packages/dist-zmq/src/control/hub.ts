import { LockstepError } from '@lockstep/core/errors'
import { type Reason, toReason } from '../reason.ts'
import { lostMessage } from './blame.ts'
import type { Member } from './member.ts'
import type { FromHub, Progress, ToHub } from './message.ts'
import { Watch } from './watch.ts'

/** How long the ranks may take to say how far they are. */
const answerMs = 250

/** How the hub reaches the ranks, itself included. */
export type Send = (rank: number, message: FromHub) => void

/**
 * The centre of a group that has formed, in the process of rank 0: gathers and hands out small objects, passes on
 * aborts, watches over progress and rules who is to blame. The first ruling ends the group.
 */
export class Hub {
  readonly #members: readonly Member[]
  readonly #send: Send
  readonly #watch: Watch
  readonly #exchanges = new Map<string, Map<number, unknown>>()
  readonly #left = new Set<number>()
  #over = false
  #asking = false

  constructor(members: readonly Member[], timeoutMs: number, send: Send) {
    this.#members = members
    this.#send = send
    this.#watch = new Watch(members, timeoutMs, performance.now())
  }

  /** Ranks that are still expected to be there. */
  get present(): readonly number[] {
    return this.#members.map(({ rank }) => rank).filter((rank) => !this.#left.has(rank))
  }

  handle(rank: number, message: ToHub): void {
    if (message.kind === 'exchange') this.#gather(rank, message.name, message.value)
    else if (message.kind === 'progress') this.#hear(rank, message.progress)
    else if (message.kind === 'abort') this.#end(message.reason)
    else if (message.kind === 'leave') this.#leave(rank)
  }

  /** A rank's connection is gone; `how` completes the sentence. */
  lost(rank: number, how: string): void {
    const member = this.#members[rank]
    if (!member || this.#left.has(rank)) return
    this.#end(toReason(new LockstepError('peer-lost', { ranks: [rank] }, lostMessage(member, how)), 0))
  }

  /** Tells everybody that the hub lives, and rules over those that do not get on. */
  tick(): void {
    if (this.#over) return
    for (const rank of this.present) this.#send(rank, { kind: 'beat' })
    this.#rule(this.#watch.silent(performance.now()))
  }

  /** Somebody waits too long: everybody is asked how far he is, and then there is a ruling. */
  #hear(rank: number, progress: Progress): void {
    this.#watch.heard(rank, progress, performance.now())
    if (!progress.overdue || this.#asking || this.#over) return
    this.#asking = true
    for (const other of this.present) this.#send(other, { kind: 'ask' })
    setTimeout(() => {
      this.#asking = false
      this.#rule(this.#watch.late())
    }, answerMs)
  }

  #rule(verdict: Error | undefined): void {
    if (verdict && !this.#over) this.#end(toReason(verdict, 0))
  }

  #gather(rank: number, name: string, value: unknown): void {
    const values = this.#exchanges.get(name) ?? new Map<number, unknown>()
    this.#exchanges.set(name, values.set(rank, value))
    if (values.size < this.#members.length) return
    this.#exchanges.delete(name)
    const inOrder = this.#members.map((member) => values.get(member.rank))
    for (const member of this.#members) this.#send(member.rank, { kind: 'exchanged', name, values: inOrder })
  }

  #leave(rank: number): void {
    this.#left.add(rank)
    this.#watch.forget(rank)
    this.#send(rank, { kind: 'left' })
    if (rank !== 0) return
    // Without the hub nobody rules any more; whoever still needs something of rank 0 hears so from the lanes.
    this.#over = true
    for (const other of this.present) this.#send(other, { kind: 'hubLeft' })
  }

  #end(reason: Reason): void {
    if (this.#over) return
    this.#over = true
    for (const member of this.#members) this.#send(member.rank, { kind: 'aborted', reason })
  }
}
