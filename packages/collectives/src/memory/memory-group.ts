import { Lifeline } from '../lifeline.ts'
import { disposed, peerLost } from '../reasons.ts'
import type { Envelope, Transport } from '../transport.ts'
import { Mailbox } from './mailbox.ts'

/** What the ranks of one process have in common. */
interface Hall {
  /** Messages from a rank (first index) to another. */
  readonly boxes: readonly (readonly Mailbox[])[]
  readonly members: MemoryTransport[]
  readonly left: Set<number>
}

/**
 * The transports of a group whose ranks all live in this process, in rank order: for tests and simulations of what
 * several processes would do. Payloads are copied, envelopes checked.
 */
export function memoryGroup(worldSize: number): Transport[] {
  const ranks = Array.from({ length: worldSize }, (_, rank) => rank)
  const boxes = ranks.map((from) => ranks.map((to) => new Mailbox(from, to)))
  const hall: Hall = { boxes, members: [], left: new Set() }
  hall.members.push(...ranks.map((rank) => new MemoryTransport(hall, rank)))
  return [...hall.members]
}

class MemoryTransport implements Transport {
  readonly rank: number
  readonly #hall: Hall
  readonly #life: Lifeline = new Lifeline()
  #bytesSent = 0

  constructor(hall: Hall, rank: number) {
    this.#hall = hall
    this.rank = rank
  }

  get worldSize(): number {
    return this.#hall.boxes.length
  }

  get aborted(): Promise<Error> {
    return this.#life.ended
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  lane(): string {
    return 'memory'
  }

  send(to: number, envelope: Envelope, payload: Uint8Array): Promise<void> {
    return this.#life.promise((resolve) => {
      if (this.#hall.left.has(to))
        return this.abort(peerLost(to, 'left the group before a message could be sent to it'))
      const error = this.#box(this.rank, to).put({ ...envelope, byteLength: payload.byteLength }, payload)
      if (error) return this.abort(error)
      this.#bytesSent += payload.byteLength
      resolve()
    })
  }

  receive(from: number, envelope: Envelope, into: Uint8Array): Promise<void> {
    return this.#life.promise((resolve) => {
      const box = this.#box(from, this.rank)
      const error = box.take({ ...envelope, byteLength: into.byteLength }, into, resolve)
      if (error) this.abort(error)
      else if (box.awaited && this.#hall.left.has(from)) this.abort(leftEarly(from))
    })
  }

  abort(reason: Error): void {
    for (const member of this.#hall.members) member.#life.end(reason)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.end(disposed('transport'))
    this.#hall.left.add(this.rank)
    for (const member of this.#hall.members) {
      if (member !== this && this.#box(this.rank, member.rank).awaited) member.abort(leftEarly(this.rank))
    }
  }

  #box(from: number, to: number): Mailbox {
    const box = this.#hall.boxes[from]?.[to]
    if (box === undefined) throw new RangeError(`no way from rank ${from} to rank ${to} of ${this.worldSize}`)
    return box
  }
}

function leftEarly(rank: number): Error {
  return peerLost(rank, 'left the group while messages of it were awaited')
}
