import { expect, test } from 'vitest'
import { freePort, Rank } from '../ranks.fixture.ts'
import { packageVersion } from '../version.ts'
import { hostGroup } from './host.ts'
import { protocol } from './member.ts'
import { Sockets } from './sockets.ts'

const own = {
  protocol,
  version: packageVersion(),
  job: 'early',
  worldSize: 2,
  rank: 0,
  host: 'here',
  hostId: 'here',
  address: '127.0.0.1',
  pid: process.pid,
  lane: 'zmq',
  encrypt: false,
  maps: false,
}

/** Longer than ZeroMQ waits between two attempts to connect. */
const longMs = 1500

test('a rank that is at the door before rank 0 listens is let in', async () => {
  await using guest = new Rank()
  const port = await freePort()
  const rendezvous = { rank: 1, worldSize: 2, rendezvous: `127.0.0.1:${port}`, job: 'early', lane: 'zmq' } as const
  const connected = guest.connect({ ...rendezvous, encrypt: false }).catch(() => {})
  const sockets = new Sockets(undefined, 10_000)
  const common = { ipv6: false, sockets, patienceMs: 60_000, timeoutMs: 10_000, generation: 0, log: () => {} }
  const formed = hostGroup(own, { ...common, endpoint: `tcp://127.0.0.1:${port}` })
  // The port is opened, and the hello comes, while we do nothing.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, longMs)
  const plane = await formed
  expect(plane.members.map(({ rank }) => rank)).toEqual([0, 1])
  await plane.close()
  await sockets.close()
  guest.process.kill('SIGKILL')
  await connected
})
