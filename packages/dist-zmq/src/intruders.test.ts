import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Eavesdropper, Intruder, listeningPorts } from './intruder.fixture.ts'
import { failure, freePort, Rank, type Ranks, startRanks } from './ranks.fixture.ts'
import { createKeyFile } from './security/key-file.ts'

let folder: string
let keyFile: string
let otherKeyFile: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'intruders-'))
  keyFile = join(folder, 'key')
  otherKeyFile = join(folder, 'other')
  createKeyFile(keyFile)
  createKeyFile(otherKeyFile)
})
afterAll(() => rmSync(folder, { recursive: true }))

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The group still sums, and sums right. */
async function expectAlive(ranks: Ranks): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const sums = await ranks.each((rank, number) => rank.allReduce(new Float32Array(500_000).fill(number + 1)))
    for (const sum of sums) expect([sum[0], sum[499_999]]).toEqual([3, 3])
  }
}

function portsOf(ranks: Ranks): number[] {
  return ranks.all.flatMap(({ process }) => listeningPorts(process.pid ?? 0))
}

test('ranks with one key file meet and sum', async () => {
  await using ranks = await startRanks(2, { lane: 'zmq', keyFile })
  await expectAlive(ranks)
})

test.each([
  ['with a key cannot', () => ({ keyFile }), false],
  ['without one can', () => ({}), true],
])('who listens on the wire of ranks %s read what they say', async (_, key, readable) => {
  const port = await freePort()
  await using wire = await Eavesdropper.listen(port)
  await using zero = new Rank()
  await using one = new Rank()
  const common = { worldSize: 2, lane: 'zmq', job: 'whispered', ...key() } as const
  await Promise.all([
    zero.connect({ ...common, rank: 0, rendezvous: `127.0.0.1:${port}` }),
    one.connect({ ...common, rank: 1, rendezvous: `127.0.0.1:${wire.port}` }),
  ])
  expect(wire.heard.length).toBeGreaterThan(300)
  expect(wire.heard.includes('whispered')).toBe(readable)
})

test.each([
  ['no key', () => undefined, /does not take it, which has no key/],
  ['another key', () => otherKeyFile, /does not take its key; start all ranks with the same key file/],
])('a peer with %s gets nothing in and stops nobody', async (_, key, message) => {
  const common = { worldSize: 2, rendezvous: `127.0.0.1:${await freePort()}`, lane: 'zmq' } as const
  await using zero = new Rank()
  await using stranger = new Rank()
  await using one = new Rank()
  const formed = zero.connect({ ...common, rank: 0, keyFile })
  const file = key()
  const refused = failure(stranger.connect({ ...common, rank: 1, ...(file ? { keyFile: file } : {}) }))
  expect((await refused).message).toMatch(message)
  await one.connect({ ...common, rank: 1, keyFile })
  const { members } = await formed
  expect(members[1]?.pid).toBe(one.process.pid)
})

test.each([
  ['with a key', () => ({ keyFile })],
  ['without one, on loopback', () => ({})],
])('random bytes at every port of a group %s stop nobody', async (_, key) => {
  await using ranks = await startRanks(2, { lane: 'zmq', ...key() })
  const ports = portsOf(ranks)
  expect(ports.length).toBeGreaterThanOrEqual(2)
  for (const port of ports) {
    for (const length of [1, 10, 64, 5000]) (await Intruder.connect(port)).write(randomBytes(length))
  }
  await expectAlive(ranks)
})

test.each([
  ['with a key', () => ({ keyFile }), true],
  ['without one, on loopback', () => ({}), false],
])('a hand-made ZMTP client gets nothing into a group %s and stops nobody', async (_, key, thrownOut) => {
  await using ranks = await startRanks(2, { lane: 'zmq', ...key() })
  const intruders: Intruder[] = []
  for (const port of portsOf(ranks)) {
    for (const attack of attacks) {
      const intruder = await Intruder.connect(port)
      await intruder.greet()
      attack(intruder)
      intruders.push(intruder)
    }
  }
  await expectAlive(ranks)
  await sleep(500)
  for (const intruder of intruders) {
    if (thrownOut) expect(intruder.thrownOut).toBe(true)
    // What ZeroMQ itself says by way of greeting, and nothing of the group's.
    expect(intruder.received.length).toBeLessThan(200)
    intruder.close()
  }
  await expectAlive(ranks)
})

/** What somebody would try who has read our source. */
const attacks: readonly ((intruder: Intruder) => void)[] = [
  (intruder) => intruder.send('evil'),
  (intruder) =>
    intruder.send(
      JSON.stringify([0, { kind: 'abort', reason: { code: 'aborted', details: { rank: 1 }, message: 'evil' } }]),
    ),
  (intruder) => intruder.send(JSON.stringify([0, { kind: 'hello', hello: { rank: 1 } }])),
  (intruder) => intruder.send(JSON.stringify([0, { kind: 'hello', hello: null }])),
  (intruder) => intruder.send(JSON.stringify([0, { kind: 'leave' }])),
  (intruder) => intruder.send(new Uint8Array(16), new Uint8Array(64), new Uint8Array(1000)),
  (intruder) =>
    intruder.send(
      new Uint8Array([3, ...new Array<number>(15).fill(0)]),
      '{"code":"aborted","details":{},"message":"evil"}',
    ),
  (intruder) => intruder.announce(2 ** 40),
  (intruder) => intruder.close(),
]

test('a stranger who comes before the group has formed neither joins nor holds it up', async () => {
  const port = await freePort()
  const common = {
    worldSize: 2,
    rendezvous: `127.0.0.1:${port}`,
    lane: 'zmq',
    job: 'a job that he does not know',
  } as const
  await using zero = new Rank()
  await using one = new Rank()
  const formed = zero.connect({ ...common, rank: 0 })
  await expect.poll(() => listeningPorts(zero.process.pid ?? 0), { timeout: 60_000 }).toContain(port)
  const hello = {
    protocol: 1,
    version: '0.1.0',
    worldSize: 2,
    rank: 1,
    host: 'h',
    hostId: 'x',
    address: '127.0.0.1',
    pid: 1,
    lane: 'zmq',
    encrypt: false,
    maps: false,
  }
  const intruder = await Intruder.connect(port)
  await intruder.greet()
  intruder.send(JSON.stringify([0, { kind: 'hello', hello: { ...hello, job: 'default' } }]))
  await expect.poll(() => intruder.received.toString(), { timeout: 10_000 }).toContain('refused')
  await one.connect({ ...common, rank: 1 })
  expect((await formed).members[1]?.pid).toBe(one.process.pid)
})

test('nothing but loopback is opened without a key', async () => {
  await using rank = new Rank()
  const error = await failure(rank.connect({ rank: 0, worldSize: 2, rendezvous: '0.0.0.0:4711' }))
  expect(error).toMatchObject({ code: 'invalid-argument', details: { argument: 'keyFile' } })
  expect(error.message).toMatch(/rank 0 would open 0\.0\.0\.0 to other machines without a key/)
})
