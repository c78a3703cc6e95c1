import { LockstepError } from '@lockstep/core'
import { type Member, named } from './member.ts'
import type { Progress } from './message.ts'

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

  /** Why the group has to end, or undefined; to be asked about twice a second. */
  verdict(now: number): LockstepError | undefined {
    const slept = now - this.#lookedAt > 2000
    this.#lookedAt = now
    // Who was stopped himself has heard nobody, and must not blame the others for it.
    if (slept) for (const record of this.#records.values()) record.heardAt = now
    return this.#silent(now) ?? this.#stuck()
  }

  #silent(now: number): LockstepError | undefined {
    for (const [rank, { heardAt }] of this.#records) {
      if (now - heardAt < this.#timeoutMs) continue
      const who = this.#name(rank)
      const seconds = ((now - heardAt) / 1000).toFixed(1)
      const message = `${who} has said nothing for ${seconds} s, although its connection stands: its process is stopped or starved; the group has ended`
      return new LockstepError('peer-lost', { ranks: [rank] }, message)
    }
    return undefined
  }

  #stuck(): LockstepError | undefined {
    for (const [rank, { progress }] of this.#records) {
      if (!progress.overdue) continue
      const behind = [...this.#records].filter(([, other]) => other.progress.begun < progress.begun)
      const waited = `${this.#name(rank)} has waited ${(progress.overdue.waitedMs / 1000).toFixed(1)} s in ${progress.overdue.call}`
      const remedy = 'the group has ended; if a step may take that long, raise timeoutMs (LOCKSTEP_TIMEOUT_MS)'
      const others = behind.map(
        ([
          late,
          {
            progress: { begun },
          },
        ]) => `${this.#name(late)} has made ${begun} of ${progress.begun} calls`,
      )
      const cause = others.length > 0 ? others.join(', ') : 'all ranks have made that call'
      return new LockstepError(
        'timed-out',
        { operation: progress.overdue.call, awaited: behind.map(([late]) => late) },
        `${waited}: ${cause}; ${remedy}`,
      )
    }
    return undefined
  }

  #name(rank: number): string {
    const member = this.#members.find((candidate) => candidate.rank === rank)
    return member ? named(member) : `rank ${rank}`
  }
}
