import { type Transport, tcpEndpoint } from '@lockstep/collectives'
import { groupKits } from './group-kits.fixture.ts'

async function group(worldSize: number): Promise<Transport[]> {
  const ranks = Array.from({ length: worldSize }, (_, rank) => rank)
  const endpoints = await Promise.all(
    ranks.map((rank) => tcpEndpoint({ rank, worldSize, job: 'conformance', generation: 0 })),
  )
  const addresses = new Map(endpoints.map(({ address }, rank) => [rank, address]))
  return Promise.all(
    endpoints.map((endpoint, rank) => endpoint.connect(new Map([...addresses].filter(([peer]) => peer !== rank)))),
  )
}

groupKits({ name: 'tcp', group })
