import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Envelope, Transport } from '../transport.ts'

export function envelope(sequence: number, part = 0): Envelope {
  return { operation: 'allGather', sequence, part, dtype: 'bytes', count: 0, root: 0 }
}

export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let index = 0; index < length; index++) bytes[index] = index * 31 + seed * 17 + (index >> 8)
  return bytes
}

type MakeGroup = (worldSize: number) => Promise<Transport[]>

/** What every lane must do, over groups of it made by `group`, which disposes of them after each test. */
export function laneTests(name: string, group: MakeGroup): void {
  describe(name, () => {
    carrying(group)
    ending(group)
  })
}

function carrying(group: MakeGroup): void {
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
}

function ending(group: MakeGroup): void {
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
    await expect(b.receive(0, envelope(1), into)).rejects.toMatchObject({
      code: 'peer-lost',
      details: { ranks: [0] },
    })
  })
}
