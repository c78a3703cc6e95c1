import { Lifeline } from '../lifeline.ts'
import { Mailbox } from '../memory/mailbox.ts'
import { disposed, peerLost } from '../reasons.ts'
import type { Envelope, Transport } from '../transport.ts'
import type { SimulatedLink } from './simulated-link.ts'
import type { SimulatedProcess } from './simulated-process.ts'

/** What the ranks of a simulation have in common. */
export interface SimulatedNetwork {
  readonly processes: readonly SimulatedProcess[]
  readonly transports: SimulatedTransport[]
  /** From a rank (first index) to another. */
  readonly links: readonly (readonly SimulatedLink[])[]
  /** Called when there is something to happen. */
  readonly flow: () => void
  readonly now: () => number
  readonly acknowledged: boolean
}

/** A rank's end of the simulated network. It reads payloads as late, and fills places as early, as it may. */
export class SimulatedTransport implements Transport {
  readonly rank: number
  readonly #network: SimulatedNetwork
  readonly #life: Lifeline = new Lifeline()
  readonly #boxes: readonly Mailbox[]
  readonly #left: Set<number> = new Set()
  #bytesSent = 0

  constructor(network: SimulatedNetwork, rank: number) {
    this.#network = network
    this.rank = rank
    this.#boxes = network.processes.map((_, from) => new Mailbox(from, rank))
  }

  get worldSize(): number {
    return this.#network.processes.length
  }

  get aborted(): Promise<Error> {
    return this.#life.ended
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  lane(): string {
    return 'simulated'
  }

  send(to: number, envelope: Envelope, payload: Uint8Array): Promise<void> {
    return this.#life.promise((resolve) => {
      if (this.#left.has(to)) return this.abort(leftEarly(to))
      const { byteLength } = payload
      let copy = new Uint8Array(0)
      const settle = (): void => {
        if (copy.every((byte, index) => byte === payload[index])) resolve()
        else this.abort(new Error(`a payload for rank ${to} was changed before send had settled`))
      }
      const taken = (): void => {
        copy = payload.slice()
        this.#bytesSent += byteLength
        if (!this.#network.acknowledged) resolve()
      }
      this.#transmit(to, byteLength, taken, (peer) => {
        const acknowledge = (): void => {
          if (this.#network.acknowledged) this.#process.at(this.#network.now() + this.#delayTo(peer), settle)
        }
        const error = peer.#box(this.rank).put({ ...envelope, byteLength }, copy, acknowledge)
        if (error) peer.abort(error)
      })
    })
  }

  receive(from: number, envelope: Envelope, into: Uint8Array): Promise<void> {
    return this.#life.promise((resolve) => {
      const box = this.#box(from)
      const error = box.take({ ...envelope, byteLength: into.byteLength }, into, resolve)
      if (error) this.abort(error)
      else if (box.awaited && this.#left.has(from)) this.abort(leftEarly(from))
    })
  }

  abort(reason: Error): void {
    if (this.#life.reason) return
    this.#life.end(reason)
    this.#tell((peer) => peer.#life.end(reason))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#life.reason) return
    this.#life.end(disposed('transport'))
    const nothing = (): void => {}
    for (let to = 0; to < this.worldSize; to++) {
      if (to !== this.rank) this.#transmit(to, 0, nothing, (peer) => peer.#leave(this.rank))
    }
  }

  /** This rank hears that another is gone. */
  lose(rank: number, how: string): void {
    this.abort(peerLost(rank, how))
  }

  #leave(rank: number): void {
    this.#left.add(rank)
    if (this.#box(rank).awaited) this.abort(leftEarly(rank))
  }

  #transmit(to: number, byteLength: number, taken: () => void, arrived: (peer: SimulatedTransport) => void): void {
    const link = this.#network.links[this.rank]?.[to]
    const peer = this.#network.transports[to]
    if (link === undefined || peer === undefined || peer === this)
      throw new RangeError(`no way from rank ${this.rank} to rank ${to} of ${this.worldSize}`)
    const broken = (): void => {
      this.#process.execute(() => this.lose(to, 'cannot be reached (the connection broke)'))
      peer.#process.execute(() => peer.lose(this.rank, 'cannot be reached (the connection broke)'))
    }
    link.transmit({ byteLength, taken, broken, arrived: () => arrived(peer) })
    this.#network.flow()
  }

  /** Word that every other rank hears after its own delay, whatever messages are on their way. */
  #tell(hear: (peer: SimulatedTransport) => void): void {
    for (const peer of this.#network.transports) {
      if (peer === this) continue
      peer.#process.at(this.#network.now() + this.#delayTo(peer), () => hear(peer))
    }
    this.#network.flow()
  }

  #delayTo({ rank }: SimulatedTransport): number {
    return this.#network.links[this.rank]?.[rank]?.delay() ?? 0
  }

  get #process(): SimulatedProcess {
    return this.#network.processes[this.rank] as SimulatedProcess
  }

  #box(from: number): Mailbox {
    const box = this.#boxes[from]
    if (box === undefined || from === this.rank)
      throw new RangeError(`no way from rank ${from} to rank ${this.rank} of ${this.worldSize}`)
    return box
  }
}

function leftEarly(rank: number): Error {
  return peerLost(rank, 'left the group while it was needed')
}
