import { disposed, LinkTransport } from '@lockstep/collectives'
import type { Pair } from './pair.ts'

/** A goodbye that nobody answers is given up after so long. */
const farewellMs = 1000

/** Messages over ZeroMQ, one pair of sockets for each peer; made by `ZmqEndpoint`. */
export class ZmqTransport extends LinkTransport<Pair> {
  lane(): string {
    return 'zmq'
  }

  abort(reason: Error): void {
    if (this.life.reason) return
    this.life.end(reason)
    for (const pair of this.links.values()) pair.abort(reason)
  }

  /** A peer has told why the group ends. */
  heard(reason: Error): void {
    this.life.end(reason)
  }

  /** A peer cannot be reached any more. */
  lost(rank: number): void {
    if (!this.life.reason && !this.links.get(rank)?.left) this.abort(this.gone(rank, 'died: its connection broke'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.life.reason) return
    this.life.end(disposed('transport'))
    const farewells = Promise.all([...this.links.values()].map((pair) => pair.leave()))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, farewellMs)
    })
    await Promise.race([farewells, late])
    clearTimeout(timer)
  }
}
