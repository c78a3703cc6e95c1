import type { Envelope, Transport } from '@lockstep/collectives'

/** One transport whose messages travel as they best do: `ways` holds the transport to every other rank. */
export function perPair(rank: number, worldSize: number, ways: ReadonlyMap<number, Transport>): Transport {
  return new PerPair(rank, worldSize, ways)
}

class PerPair implements Transport {
  readonly rank: number
  readonly worldSize: number
  readonly aborted: Promise<Error>
  readonly #ways: ReadonlyMap<number, Transport>
  readonly #transports: readonly Transport[]

  constructor(rank: number, worldSize: number, ways: ReadonlyMap<number, Transport>) {
    this.rank = rank
    this.worldSize = worldSize
    this.#ways = ways
    this.#transports = [...new Set(ways.values())]
    this.aborted = Promise.race(this.#transports.map(({ aborted }) => aborted))
    // What ends one way ends them all.
    void this.aborted.then((reason) => this.abort(reason))
  }

  get bytesSent(): number {
    return this.#transports.reduce((sum, { bytesSent }) => sum + bytesSent, 0)
  }

  lane(peer: number): string {
    return this.#way(peer).lane(peer)
  }

  send(to: number, envelope: Envelope, payload: Uint8Array): Promise<void> {
    return this.#way(to).send(to, envelope, payload)
  }

  receive(from: number, envelope: Envelope, into: Uint8Array): Promise<void> {
    return this.#way(from).receive(from, envelope, into)
  }

  abort(reason: Error): void {
    for (const transport of this.#transports) transport.abort(reason)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#transports.map((transport) => transport[Symbol.asyncDispose]()))
  }

  #way(peer: number): Transport {
    const transport = this.#ways.get(peer)
    if (!transport) throw new RangeError(`no way from rank ${this.rank} to rank ${peer} of ${this.worldSize}`)
    return transport
  }
}
