import { type LaneOptions, type TcpAddress, type Transport, tcpEndpoint } from '@lockstep/collectives'
import { memberOf } from '../control/member.ts'
import type { ControlPlane } from '../control/plane.ts'
import type { Sockets } from '../control/sockets.ts'
import { type Lane, laneBetween } from './lane.ts'
import { perPair } from './per-pair.ts'
import { type ZmqAddress, ZmqEndpoint } from './zmq/zmq-endpoint.ts'

/** Where a rank listens, as it tells all others. */
interface Addresses {
  readonly tcp?: TcpAddress
  readonly zmq?: Readonly<Record<number, ZmqAddress>>
}

/** Opens the lane to every other rank; all ranks of the group do so at the same time. */
export async function openLanes(plane: ControlPlane, job: string, sockets: Sockets): Promise<Transport> {
  const { rank, members, generation, self } = plane
  const options: LaneOptions = { rank, worldSize: members.length, job, generation, places: members }
  const peers = (lane: Lane): number[] =>
    members.filter((member) => member.rank !== rank && laneBetween(self, member) === lane).map((member) => member.rank)
  const zmq = new ZmqEndpoint({ ...options, address: self.address, sockets })
  const tcp = peers('tcp').length > 0 ? await tcpEndpoint({ ...options, host: self.address }) : undefined
  const mine: Addresses = { zmq: await zmq.bind(peers('zmq')), ...(tcp ? { tcp: tcp.address } : {}) }
  const all = await plane.exchange<Addresses>('addresses', mine)
  const ways = new Map<number, Transport>()
  const add = (lane: Lane, transport: Transport): void => {
    for (const peer of peers(lane)) ways.set(peer, transport)
  }
  if (tcp) add('tcp', await tcp.connect(tcpAddresses(peers('tcp'), all)))
  if (peers('zmq').length > 0) add('zmq', await zmq.connect(peers('zmq'), (peer) => zmqAddress(all, peer, rank)))
  await plane.exchange('connected', null)
  return one(ways) ?? perPair(rank, members.length, ways)
}

/** The transport that leads everywhere, where one does: it may know better ways to sum. */
function one(ways: ReadonlyMap<number, Transport>): Transport | undefined {
  const transports = new Set(ways.values())
  return transports.size === 1 ? [...transports][0] : undefined
}

function tcpAddresses(peers: readonly number[], all: readonly Addresses[]): Map<number, TcpAddress> {
  return new Map(
    peers.map((peer) => {
      const address = all[peer]?.tcp
      if (!address) throw new RangeError(`rank ${peer} has no tcp address`)
      return [peer, address]
    }),
  )
}

function zmqAddress(all: readonly Addresses[], peer: number, rank: number): ZmqAddress {
  const address = all[peer]?.zmq?.[rank]
  if (!address) throw new RangeError(`rank ${peer} has bound nothing for rank ${rank}`)
  return address
}

/** The lanes of a rank in words, for the start-up line: `shm to 1 2 3, tcp to 4`. */
export function showLanes({ self, members }: Pick<ControlPlane, 'self' | 'members'>): string {
  const byLane = new Map<Lane, number[]>()
  for (const member of members) {
    if (member.rank === self.rank) continue
    const lane = laneBetween(self, member)
    byLane.set(lane, [...(byLane.get(lane) ?? []), memberOf(members, member.rank).rank])
  }
  return [...byLane].map(([lane, ranks]) => `${lane} to ${ranks.join(' ')}`).join(', ')
}
