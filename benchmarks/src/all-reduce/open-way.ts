import {
  communicator,
  createFileWindow,
  createShmWindow,
  joinFileWindow,
  joinShmWindow,
  type TcpAddress,
  type Transport,
  tcpEndpoint,
} from '@lockstep/collectives'
import type { Communicator } from '@lockstep/core'
import { connect } from '@lockstep/dist-zmq'
import type { ToRank } from './protocol.ts'

type Start = Extract<ToRank, { kind: 'start' }>
type Exchange = (value: unknown) => Promise<readonly unknown[]>

/** Connects a rank the way it is told to; `exchange` is an all-gather through the parent process. */
export async function openWay(start: Start, exchange: Exchange): Promise<Communicator> {
  const { rank, worldSize, rendezvous, way } = start
  if (way.connect) return connect({ rank, worldSize, rendezvous, lane: way.lane, job: 'all-reduce benchmark' })
  return communicator(await openLane(start, exchange))
}

async function openLane({ rank, worldSize, way }: Start, exchange: Exchange): Promise<Transport> {
  const options = { rank, worldSize, job: 'all-reduce benchmark', generation: 0 }
  if (way.lane === 'tcp') {
    const endpoint = await tcpEndpoint(options)
    const addresses = (await exchange(endpoint.address)) as readonly TcpAddress[]
    return endpoint.connect(new Map([...addresses.entries()].filter(([peer]) => peer !== rank)))
  }
  const create = way.lane === 'shm' ? createShmWindow : createFileWindow
  const [path] = await exchange(rank === 0 ? create(options) : undefined)
  const join = way.lane === 'shm' ? joinShmWindow : joinFileWindow
  return join({ ...options, path: path as string })
}
