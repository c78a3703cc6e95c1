import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Transport } from '../../transport.ts'
import { envelope, laneTests, noise } from '../lane-tests.fixture.ts'
import { hello, welcomeBytes } from './handshake.ts'
import { type TcpEndpoint, tcpEndpoint } from './tcp-endpoint.ts'

const open: AsyncDisposable[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(open.splice(0).map((each) => each[Symbol.asyncDispose]()))
})

async function endpoints(worldSize: number, generations: readonly number[] = []): Promise<TcpEndpoint[]> {
  const ranks = Array.from({ length: worldSize }, (_, rank) => rank)
  const made = await Promise.all(
    ranks.map((rank) => tcpEndpoint({ rank, worldSize, job: 'test', generation: generations[rank] ?? 0 })),
  )
  open.push(...made)
  return made
}

function connected(made: readonly TcpEndpoint[], timeoutMs = 5000): Promise<Transport>[] {
  return made.map(async (endpoint, rank) => {
    const peers = new Map(
      [...made.entries()].filter(([peer]) => peer !== rank).map(([peer, { address }]) => [peer, address]),
    )
    const transport = await endpoint.connect(peers, { timeoutMs })
    open.push(transport)
    return transport
  })
}

async function group(worldSize: number): Promise<Transport[]> {
  return Promise.all(connected(await endpoints(worldSize)))
}

laneTests('tcp', group)

describe('a tcp endpoint', () => {
  it('says who is missing when ranks do not come', async () => {
    const [a, b, c] = (await endpoints(3)) as [TcpEndpoint, TcpEndpoint, TcpEndpoint]
    const peers = new Map([
      [1, b.address],
      [2, c.address],
    ])
    await expect(a.connect(peers, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'timed-out',
      details: { operation: 'connect', awaited: [1, 2] },
    })
  })
})

/** Bytes that the endpoint answers before it closes the connection, or falls silent. */
function answerTo({ address }: TcpEndpoint, bytes: Uint8Array): Promise<number> {
  const socket = connect(address.port)
  sockets.push(socket)
  socket.write(bytes)
  return new Promise((resolve) => {
    socket.on('error', () => {})
    socket.once('close', () => resolve(0)).once('data', ({ length }) => resolve(length))
  })
}

describe('what comes to the port', () => {
  it.each([
    ['random bytes', () => noise(500, 9)],
    ['another token', ({ address }: TcpEndpoint) => hello(0, address.token.replace(/./, 'x'), caller)],
    ['another generation', ({ address }: TcpEndpoint) => hello(0, address.token, { ...caller, generation: 4 })],
    ['another job', ({ address }: TcpEndpoint) => hello(0, address.token, { ...caller, job: 'other' })],
    ['a rank that does not exist', ({ address }: TcpEndpoint) => hello(0, address.token, { ...caller, rank: 7 })],
    ['a word for somebody else', ({ address }: TcpEndpoint) => hello(1, address.token, caller)],
  ])('%s: gets nothing in and stops nobody', async (_, bytes) => {
    const made = await endpoints(2)
    const [first] = made as [TcpEndpoint]
    expect(await answerTo(first, bytes(first))).toBe(0)
    const [a, b] = (await Promise.all(connected(made))) as [Transport, Transport]
    const into = new Uint8Array(10)
    await Promise.all([a.send(1, envelope(0), noise(10, 3)), b.receive(0, envelope(0), into)])
    expect(into).toEqual(noise(10, 3))
  })

  it('a second caller with a rank that is in already: is sent away', async () => {
    const [first] = (await endpoints(3)) as [TcpEndpoint]
    expect(await answerTo(first, hello(0, first.address.token, caller))).toBe(welcomeBytes)
    expect(await answerTo(first, hello(0, first.address.token, caller))).toBe(0)
  })

  it('a rank of a stale generation: is refused, and told that it was', async () => {
    const made = await endpoints(2, [1, 0])
    const results = await Promise.allSettled(connected(made, 1000))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(results[1]).toMatchObject({ reason: { message: expect.stringContaining('token, job and generation') } })
  })
})

const caller = { rank: 1, worldSize: 3, job: 'test', generation: 0 }
