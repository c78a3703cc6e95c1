import { LockstepError } from '@lockstep/core/errors'
import { type Member, named } from './member.ts'
import type { Overdue, Progress } from './message.ts'

/** Reports come twice a second; less silence than this means nothing on a busy machine. */
export const leastSilenceMs = 2500

interface Record {
  heardAt: number
  progress: Progress
}

/**
 * Watches over how far the ranks are, as they say it twice a second from threads that do not compute. It knows no clock:
 * every method is told the time in milliseconds.
 */
export class Watch {
  readonly #members: readonly Member[]
  readonly #timeoutMs: number
  readonly #records: Map<number, Record>
  #lookedAt: number

  constructor(members: readonly Member[], timeoutMs: number, now: number) {
    this.#members = members
    this.#timeoutMs = timeoutMs
    this.#lookedAt = now
    this.#records = new Map(members.map(({ rank }) => [rank, { heardAt: now, progress: { begun: 0 } }]))
  }

  heard(rank: number, progress: Progress, now: number): void {
    this.#records.set(rank, { heardAt: now, progress })
  }

  /** A rank that left in peace is not waited for. */
  forget(rank: number): void {
    this.#records.delete(rank)
  }

  /** Why the group has to end since somebody is silent, or undefined; to be asked about twice a second. */
  silent(now: number): LockstepError | undefined {
    const slept = now - this.#lookedAt > 2000
    this.#lookedAt = now
    // Who was stopped himself has heard nobody, and must not blame the others for it.
    if (slept) for (const record of this.#records.values()) record.heardAt = now
    for (const [rank, { heardAt }] of this.#records) {
      if (now - heardAt < Math.max(this.#timeoutMs, leastSilenceMs)) continue
      const who = this.#name(rank)
      const seconds = ((now - heardAt) / 1000).toFixed(1)
      const message = `${who} has said nothing for ${seconds} s, although its connection stands: its process is stopped or starved; the group has ended`
      return new LockstepError('peer-lost', { ranks: [rank] }, message)
    }
    return undefined
  }

  /** Why the group has to end since somebody waits for too long in a call of all ranks, or undefined. */
  late(): LockstepError | undefined {
    for (const [rank, { progress }] of this.#records) {
      if (progress.overdue) return this.#blame(rank, progress.overdue)
    }
    return undefined
  }

  #blame(rank: number, { call, number, waitedMs }: Overdue): LockstepError {
    const behind = [...this.#records].filter(([, other]) => other.progress.begun < number).map(([late]) => late)
    const counts = behind.map((late) => `${this.#name(late)} has made ${this.#records.get(late)?.progress.begun}`)
    const cause = counts.length > 0 ? `${counts.join(', ')} of these ${number} calls` : 'all ranks have made that call'
    const message = `${this.#name(rank)} has waited ${waitedMs} ms in ${call}: ${cause}; the group has ended; if a step may take that long, raise timeoutMs (LOCKSTEP_TIMEOUT_MS)`
    return new LockstepError('timed-out', { operation: call, awaited: behind }, message)
  }

  #name(rank: number): string {
    const member = this.#members.find((candidate) => candidate.rank === rank)
    return member ? named(member) : `rank ${rank}`
  }
}
