import { readFileSync, readlinkSync } from 'node:fs'
import { LockstepError } from '@lockstep/core/errors'
import { decodeReason, encodeReason } from '../../reasons.ts'
import { jobDigest } from '../frame.ts'
import { type LaneOptions, rankLost } from '../lane-options.ts'
import { reasonBytes, type SectionLayout, stages } from './layout.ts'
import type { Window } from './window.ts'

const line = 64
const recordBytes = 2 * line
const magic = 0x31574b4c // 'LKW1'

/** Milliseconds between looks at whether the other processes live; each takes up to half of one, for it comes out of the blue. */
const livenessMs = 20

/** The first line of a section: whose window it is. */
export function identityOf(
  { job, generation }: LaneOptions,
  { members, ringBytes, chunkBytes }: SectionLayout,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(line))
  view.setUint32(0, magic, true)
  view.setUint32(4, generation, true)
  view.setBigUint64(8, jobDigest(job), true)
  for (const [index, value] of [members, ringBytes, chunkBytes].entries()) view.setUint32(16 + 4 * index, value, true)
  return new Uint8Array(view.buffer)
}

/** The members of a window: who is there, who has left, died or ended the group. */
export class Members {
  readonly #window: Window
  readonly #layout: SectionLayout
  readonly #options: LaneOptions
  /** Their ranks, by member. */
  readonly ranks: readonly number[]
  /** What to look at in order to know whether a member's process lives; undefined for those not there yet, or out of sight. */
  readonly #processes: (ProcessRecord | undefined)[] = []
  #lastLook = 0

  constructor(window: Window, layout: SectionLayout, options: LaneOptions, ranks: readonly number[]) {
    this.#window = window
    this.#layout = layout
    this.#options = options
    this.ranks = ranks
  }

  /** Takes the own place. Throws `rank-mismatch` when the window is another group's, or the place is taken. */
  join(): void {
    const { self } = this.#window
    const expected = identityOf(this.#options, this.#layout)
    const found = new Uint8Array(line)
    this.#window.read(self, this.#layout.identity, found)
    if (Buffer.compare(found, expected) !== 0) throw this.#foreign(found)
    if (this.stage(self) !== stages.absent) throw this.#taken()
    const record = new Uint8Array(recordBytes)
    record.set(new TextEncoder().encode(JSON.stringify(ownProcess())))
    this.#window.write(this.#layout.process, record)
    this.#window.store(this.#layout.stage, stages.joined)
    this.#window.wake()
  }

  /** Ranks of the members that have not joined. */
  missing(): number[] {
    return this.ranks.filter((_, member) => this.stage(member) === stages.absent)
  }

  stage(member: number): number {
    return this.#window.load(member, this.#layout.stage)
  }

  /** Tells the others that this member leaves. */
  leave(): void {
    this.#window.store(this.#layout.stage, stages.left)
    this.#window.wake()
  }

  /** Tells the others that the group has ended, and why. */
  abort(reason: Error): void {
    const bytes = encodeReason(reason, this.#options.rank).subarray(0, reasonBytes)
    this.#window.write(this.#layout.abortReason, bytes)
    this.#window.store(this.#layout.abortLength, bytes.byteLength)
    this.#window.wake()
  }

  /**
   * Why the group has ended, as far as others know: one of them says so or has died. Undefined while it lives. Whether
   * they have died is looked at where nothing has come of others for long, `waitedMs` if it is known.
   */
  ending(waitedMs: number = Number.POSITIVE_INFINITY): Error | undefined {
    for (const [member] of this.#others()) {
      const length = this.#window.load(member, this.#layout.abortLength)
      if (length > 0) return this.#reason(member, length)
    }
    const now = performance.now()
    if (Math.min(waitedMs, now - this.#lastLook) < livenessMs) return undefined
    this.#lastLook = now
    for (const [member, rank] of this.#others()) {
      if (this.stage(member) === stages.joined && !this.#lives(member)) return rankLost(rank, 'died', this.#options)
    }
    return undefined
  }

  #others(): [number, number][] {
    return [...this.ranks.entries()].filter(([member]) => member !== this.#window.self)
  }

  #reason(member: number, length: number): Error {
    const bytes = new Uint8Array(Math.min(length, reasonBytes))
    this.#window.read(member, this.#layout.abortReason, bytes)
    try {
      return decodeReason(bytes)
    } catch {
      const rank = this.ranks[member] as number
      return rankLost(rank, 'ended the group for a reason too long to be told', this.#options)
    }
  }

  #lives(member: number): boolean {
    this.#processes[member] ??= this.#record(member)
    const record = this.#processes[member]
    if (record === undefined || record.space !== ownProcess().space) return true
    return startOf(record.pid) === record.start
  }

  #record(member: number): ProcessRecord | undefined {
    const bytes = new Uint8Array(recordBytes)
    this.#window.read(member, this.#layout.process, bytes)
    const text = new TextDecoder().decode(bytes).replace(/\0+$/, '')
    return JSON.parse(text) as ProcessRecord
  }

  #foreign(found: Uint8Array): Error {
    const view = new DataView(found.buffer)
    const { rank, job, generation } = this.#options
    return new LockstepError(
      'rank-mismatch',
      { ranks: [this.ranks[0] as number, rank] },
      view.getUint32(0, true) === magic
        ? `the shared window is of generation ${view.getUint32(4, true)}, or of another job or layout, where rank ${rank} expected generation ${generation} of job ${job}; end what is left of earlier runs and start all ranks again`
        : `the shared window of job ${job} is none of Lockstep ${rank}; start all ranks again`,
    )
  }

  #taken(): Error {
    const { rank } = this.#options
    return new LockstepError(
      'rank-mismatch',
      { ranks: [rank, rank] },
      `two processes want to be rank ${rank} of the same window; give every process a rank of its own`,
    )
  }
}

interface ProcessRecord {
  readonly pid: number
  /** When it started, in the kernel's ticks, so that another process with its number is told apart. */
  readonly start: string
  /** Namespace in which the number means something. */
  readonly space: string
}

let own: ProcessRecord | undefined

function ownProcess(): ProcessRecord {
  own ??= { pid: process.pid, start: startOf(process.pid) ?? '', space: namespace() }
  return own
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')
  } catch {
    return ''
  }
}

/** When a process started; undefined for one that does not run any more. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything; the state is the 3rd field, the start the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
