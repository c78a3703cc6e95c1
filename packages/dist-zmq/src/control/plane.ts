import { Lifeline } from '@lockstep/collectives'
import { LockstepError } from '@lockstep/core/errors'
import { fromReason, toReason } from '../reason.ts'
import { lostMessage } from './blame.ts'
import { type Member, memberOf } from './member.ts'
import type { FromHub, Progress, ToHub, Welcome } from './message.ts'

/** How a rank reaches the hub. */
export interface Uplink {
  send(message: ToHub): void
  /** Closes the sockets; settles when nothing of them is left. */
  close(): Promise<void>
}

/** A rank's end of the control plane: membership, small objects, abort and leaving. */
export class ControlPlane {
  readonly rank: number
  readonly generation: number
  readonly token: string
  readonly members: readonly Member[]
  readonly timeoutMs: number
  readonly #uplink: Uplink
  readonly #life: Lifeline = new Lifeline()
  readonly #exchanges = new Map<string, (values: readonly unknown[]) => void>()
  #left: () => void = () => {}
  #hubLeft = false
  #asked: () => void = () => {}
  #heardAt: number = performance.now()

  constructor(rank: number, welcome: Welcome, uplink: Uplink) {
    this.rank = rank
    this.generation = welcome.generation
    this.token = welcome.token
    this.members = welcome.members
    this.timeoutMs = welcome.timeoutMs
    this.#uplink = uplink
  }

  /** Resolves, never rejects, with the reason when the group has ended other than by everybody's leaving. */
  get ended(): Promise<Error> {
    return this.#life.ended
  }

  /** Milliseconds since the hub was heard of; 0 when it left in peace. */
  get silenceMs(): number {
    return this.#hubLeft ? 0 : performance.now() - this.#heardAt
  }

  /** The connection to the hub is gone; `how` completes the sentence. */
  hubLost(how: string): void {
    this.#left()
    if (this.#hubLeft) return
    const hub = memberOf(this.members, 0)
    this.end(new LockstepError('peer-lost', { ranks: [0] }, lostMessage(hub, how)))
  }

  /** This rank among the members. */
  get self(): Member {
    return memberOf(this.members, this.rank)
  }

  /** Everybody's value, in rank order; every rank makes the same exchanges. A barrier is an exchange of nothing. */
  exchange<Value>(name: string, value: Value): Promise<readonly Value[]> {
    return this.#life.promise<readonly Value[]>((resolve) => {
      this.#exchanges.set(name, (values) => resolve(values as readonly Value[]))
      this.#uplink.send({ kind: 'exchange', name, value: value ?? null })
    })
  }

  /** What to do when the hub asks how far this rank is. */
  onAsked(answer: () => void): void {
    this.#asked = answer
  }

  report(progress: Progress): void {
    if (!this.#life.reason) this.#uplink.send({ kind: 'progress', progress })
  }

  /**
   * Ends the group. The first reason that the hub hears counts, for everybody: so it ends here when the hub says so, or
   * with this reason when the hub does not answer.
   */
  abort(error: Error): void {
    if (this.#life.reason) return
    this.#uplink.send({ kind: 'abort', reason: toReason(error, this.rank) })
    setTimeout(() => this.end(error), rulingMs).unref()
  }

  /** Ends it here alone: for what the others find out by themselves. */
  end(error: Error): void {
    this.#life.end(error)
  }

  /** Says goodbye, so that the others do not take this rank for dead; settles when the hub has heard it. */
  async leave(): Promise<void> {
    if (this.#life.reason || this.#hubLeft) return
    const heard = new Promise<void>((resolve) => {
      this.#left = resolve
    })
    this.#uplink.send({ kind: 'leave' })
    await within(patienceMs, Promise.race([heard, this.#life.ended]))
  }

  async close(): Promise<void> {
    await this.#uplink.close()
  }

  handle(message: FromHub): void {
    this.#heardAt = performance.now()
    if (message.kind === 'aborted') this.end(fromReason(message.reason))
    else if (message.kind === 'ask') this.#asked()
    else if (message.kind === 'left') this.#left()
    else if (message.kind === 'hubLeft') {
      this.#hubLeft = true
      this.#left()
    } else if (message.kind === 'exchanged') {
      this.#exchanges.get(message.name)?.(message.values)
      this.#exchanges.delete(message.name)
    }
  }
}

/** How long the hub may take to rule. */
const rulingMs = 400
/** How long a goodbye may take before we go without an answer. */
const patienceMs = 1000

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
