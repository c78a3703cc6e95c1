import {
  createFileWindow,
  createShmWindow,
  joinFileWindow,
  joinShmWindow,
  type LaneOptions,
  type TcpAddress,
  type TcpEndpoint,
  type Transport,
  tcpEndpoint,
} from '@lockstep/collectives'
import type { ControlPlane } from '../control/plane.ts'
import type { Sockets } from '../control/sockets.ts'
import { type Lane, laneBetween } from './lane.ts'
import { perPair } from './per-pair.ts'
import { type ZmqAddress, ZmqEndpoint } from './zmq/zmq-endpoint.ts'

/** Where a rank listens, or what it has made, as it tells all others. */
interface Addresses {
  readonly tcp?: TcpAddress
  readonly zmq?: Readonly<Record<number, ZmqAddress>>
  /** Path of the window of this rank's host, from the lowest rank there. */
  readonly window?: string
}

/** Opens the lane to every other rank; all ranks of the group do so at the same time. */
export async function openLanes(plane: ControlPlane, job: string, sockets: Sockets): Promise<Transport> {
  const lanes = new Lanes(plane, job, sockets)
  const all = await plane.exchange<Addresses>('addresses', await lanes.prepare())
  const transport = await lanes.open(all)
  await plane.exchange('connected', null)
  return transport
}

class Lanes {
  readonly #plane: ControlPlane
  readonly #options: LaneOptions
  readonly #zmq: ZmqEndpoint
  #tcp: TcpEndpoint | undefined

  constructor(plane: ControlPlane, job: string, sockets: Sockets) {
    const { rank, members, generation, self } = plane
    this.#plane = plane
    this.#options = { rank, worldSize: members.length, job, generation, places: members }
    this.#zmq = new ZmqEndpoint({ ...this.#options, address: self.address, sockets })
  }

  /** Binds and makes what others will connect to. */
  async prepare(): Promise<Addresses> {
    const { self } = this.#plane
    const zmq = await this.#zmq.bind(this.#peers('zmq'))
    if (this.#peers('tcp').length > 0) this.#tcp = await tcpEndpoint({ ...this.#options, host: self.address })
    const window = this.#makeWindow()
    return { zmq, ...(this.#tcp ? { tcp: this.#tcp.address } : {}), ...(window === undefined ? {} : { window }) }
  }

  /** Connects with all others, given what they have told. */
  async open(all: readonly Addresses[]): Promise<Transport> {
    const ways = new Map<number, Transport>()
    const add = (lane: Lane, transport: Transport): void => {
      for (const peer of this.#peers(lane)) ways.set(peer, transport)
    }
    if (this.#tcp) add('tcp', await this.#tcp.connect(this.#tcpAddresses(all)))
    if (this.#peers('zmq').length > 0) add('zmq', await this.#openZmq(all))
    for (const lane of ['shm', 'file'] as const) {
      if (this.#peers(lane).length > 0) add(lane, await this.#joinWindow(lane, all))
    }
    const { rank, worldSize } = this.#options
    return only(ways) ?? perPair(rank, worldSize, ways)
  }

  #peers(lane: Lane): number[] {
    return this.#here(lane).filter((rank) => rank !== this.#plane.rank)
  }

  /** The ranks that share a lane, this one included. */
  #here(lane: Lane): number[] {
    const { self, members } = this.#plane
    return members
      .filter((member) => member.rank === self.rank || laneBetween(self, member, members) === lane)
      .map(({ rank }) => rank)
  }

  #tcpAddresses(all: readonly Addresses[]): Map<number, TcpAddress> {
    return new Map(this.#peers('tcp').map((peer) => [peer, told(all[peer]?.tcp, peer)]))
  }

  #openZmq(all: readonly Addresses[]): Promise<Transport> {
    return this.#zmq.connect(this.#peers('zmq'), (peer) => told(all[peer]?.zmq?.[this.#plane.rank], peer))
  }

  /** The lowest rank of a host makes the window that all ranks there share. */
  #makeWindow(): string | undefined {
    for (const [lane, create] of [
      ['shm', createShmWindow],
      ['file', createFileWindow],
    ] as const) {
      const ranks = this.#here(lane)
      if (ranks.length > 1 && ranks[0] === this.#plane.rank) return create({ ...this.#options, ranks })
    }
    return undefined
  }

  #joinWindow(lane: 'shm' | 'file', all: readonly Addresses[]): Promise<Transport> {
    const ranks = this.#here(lane)
    const maker = ranks[0] ?? 0
    const path = told(all[maker]?.window, maker)
    // Beside other lanes the thread must not sleep long on this one.
    const sleep = ranks.length === this.#options.worldSize ? {} : { longestSleepMs: 1 }
    return (lane === 'shm' ? joinShmWindow : joinFileWindow)({ ...this.#options, ranks, path, ...sleep })
  }
}

/** The transport that leads everywhere, where one does: it may know better ways to sum. */
function only(ways: ReadonlyMap<number, Transport>): Transport | undefined {
  const transports = new Set(ways.values())
  return transports.size === 1 ? [...transports][0] : undefined
}

function told<Value>(value: Value | undefined, rank: number): Value {
  if (value === undefined) throw new RangeError(`rank ${rank} has not told where it is reached`)
  return value
}
