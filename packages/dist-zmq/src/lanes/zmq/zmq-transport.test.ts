import { communicator, type Transport } from '@lockstep/collectives'
import { communicatorTests, transportTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { Sockets } from '../../control/sockets.ts'
import { deriveKeys, type JobKeys } from '../../security/curve.ts'
import { type ZmqAddress, ZmqEndpoint } from './zmq-endpoint.ts'

/** The transports of ranks that all live here, each with sockets of its own. */
async function group(worldSize: number, keys?: JobKeys): Promise<Transport[]> {
  const ranks = Array.from({ length: worldSize }, (_, rank) => rank)
  const sockets = ranks.map(() => new Sockets(keys, 10_000))
  await Promise.all(sockets.map((each) => each.ready()))
  const endpoints = sockets.map((each, rank) => {
    return new ZmqEndpoint({ rank, worldSize, job: 'test', generation: 0, address: '127.0.0.1', sockets: each })
  })
  const peersOf = (rank: number): number[] => ranks.filter((peer) => peer !== rank)
  const addresses = await Promise.all(endpoints.map((endpoint, rank) => endpoint.bind(peersOf(rank))))
  const transports = await Promise.all(
    endpoints.map((endpoint, rank) =>
      endpoint.connect(peersOf(rank), (peer) => (addresses[peer] as Record<number, ZmqAddress>)[rank] as ZmqAddress),
    ),
  )
  return transports.map((transport, rank) => closing(transport, sockets[rank] as Sockets))
}

/** A transport whose disposal closes its sockets, too. */
function closing(transport: Transport, sockets: Sockets): Transport {
  const dispose = async (): Promise<void> => {
    await transport[Symbol.asyncDispose]()
    await sockets.close()
  }
  return new Proxy(transport, {
    get(target, property) {
      if (property === Symbol.asyncDispose) return dispose
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const keys = deriveKeys(Buffer.alloc(32, 5))
transportTests({ name: 'zmq', group: (worldSize) => group(worldSize) }, { describe, it })
transportTests(
  { name: 'zmq with CURVE', worldSizes: [3], group: (worldSize) => group(worldSize, keys) },
  { describe, it },
)
communicatorTests(
  {
    name: 'zmq',
    group: async (worldSize, options) =>
      (await group(worldSize)).map((transport) => communicator(transport, { ...options, segmentBytes: 1024 * 1024 })),
  },
  { describe, it },
)
