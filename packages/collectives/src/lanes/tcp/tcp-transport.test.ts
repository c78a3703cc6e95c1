import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Envelope, Transport } from '../../transport.ts'
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

function envelope(sequence: number, part = 0): Envelope {
  return { operation: 'allGather', sequence, part, dtype: 'bytes', count: 0, root: 0 }
}

function noise(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 17 + (index >> 8)) & 255)
}

describe('tcp', () => {
  it.each([0, 1, 63, 64, 65, 70_000, 3_000_000])(
    'carries %i bytes whether they are awaited or come first',
    async (length) => {
      const [a, b] = (await group(2)) as [Transport, Transport]
      const [first, second] = [noise(length, 1), noise(length, 2)]
      const early = new Uint8Array(length)
      const awaited = b.receive(0, envelope(0), early)
      await a.send(1, envelope(0), first)
      await awaited
      expect(Buffer.compare(early, first)).toBe(0)

      const sent = a.send(1, envelope(1), second)
      await sleep(20)
      const late = new Uint8Array(length)
      await Promise.all([sent, b.receive(0, envelope(1), late)])
      expect(Buffer.compare(late, second)).toBe(0)
      expect(a.bytesSent).toBe(2 * length)
    },
  )

  it('carries messages between all ranks at once, in order, into shared memory too', async () => {
    const transports = await group(4)
    const lengths = [10, 0, 100_000, 64, 1, 300_000]
    await Promise.all(
      transports.flatMap((transport, rank) =>
        transports.flatMap((_, peer) => {
          if (peer === rank) return []
          return lengths.flatMap((length, sequence) => {
            const into = new Uint8Array(new SharedArrayBuffer(length))
            const received = transport
              .receive(peer, envelope(sequence), into)
              .then(() => expect(Buffer.compare(into, noise(length, peer * 10 + rank))).toBe(0))
            return [transport.send(peer, envelope(sequence), noise(length, rank * 10 + peer)), received]
          })
        }),
      ),
    )
  })

  it('names both sides of a mismatch, on every rank', async () => {
    const transports = (await group(3)) as [Transport, Transport, Transport]
    const sent = transports[0].send(1, { ...envelope(3), operation: 'allReduce' }, new Uint8Array(8))
    const received = transports[1].receive(0, envelope(4), new Uint8Array(16))
    await expect(received).rejects.toMatchObject({
      code: 'rank-mismatch',
      details: { ranks: [0, 1] },
      message: expect.stringMatching(/rank 0 sent allReduce 3 .*8 bytes.* rank 1 expected allGather 4 .*16 bytes/),
    })
    await sent
    for (const transport of transports) expect(await transport.aborted).toMatchObject({ code: 'rank-mismatch' })
  })

  it('tells every rank why one of them aborts, in the middle of a message too', async () => {
    const transports = (await group(3)) as [Transport, Transport, Transport]
    const unread = transports[0].send(2, envelope(0), new Uint8Array(30_000_000))
    const waiting = transports[1].receive(2, envelope(0), new Uint8Array(8))
    transports[2].abort(new Error('out of coffee'))
    await expect(unread).rejects.toMatchObject({ code: 'aborted', details: { rank: 2 }, message: 'out of coffee' })
    await expect(waiting).rejects.toThrow('out of coffee')
    await expect(transports[2].send(0, envelope(0), new Uint8Array(8))).rejects.toThrow('out of coffee')
  })

  it('delivers what was sent before its sender left, and fails only who needs more', async () => {
    const [a, b, c] = (await group(3)) as [Transport, Transport, Transport]
    const payload = noise(200_000, 5)
    await a.send(1, envelope(0), payload)
    const leaving = a[Symbol.asyncDispose]()
    const into = new Uint8Array(payload.byteLength)
    await b.receive(0, envelope(0), into)
    expect(Buffer.compare(into, payload)).toBe(0)
    await leaving
    const between = c.receive(1, envelope(0), new Uint8Array(4))
    await b.send(2, envelope(0), noise(4, 1))
    await between
    await expect(a.send(1, envelope(1), payload)).rejects.toMatchObject({ code: 'disposed' })
    await expect(b.receive(0, envelope(1), into)).rejects.toMatchObject({ code: 'peer-lost', details: { ranks: [0] } })
  })

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
