import { describe, expect, it } from 'vitest'
import type { Floats } from '../algorithms/blocks.ts'
import type { Envelope, Transport } from '../transport.ts'

type Kind = Float32ArrayConstructor | Float64ArrayConstructor

const scales = Array.from({ length: 9 }, (_, index) => 10 ** index)

/** Numbers whose sum depends on the order of the additions. */
function numbers(kind: Kind, length: number, rank: number): Floats {
  const array = new kind(length)
  for (let index = 0; index < length; index++) {
    array[index] = ((((index + 1) * (rank + 7)) % 1013) / 7) * (scales[(index + 4 * rank) % 9] as number)
  }
  return array
}

function expected(kind: Kind, length: number, worldSize: number): Floats {
  const sum = numbers(kind, length, 0)
  for (let rank = 1; rank < worldSize; rank++) {
    const term = numbers(kind, length, rank)
    for (let index = 0; index < length; index++) sum[index] = (sum[index] as number) + (term[index] as number)
  }
  return sum
}

function bits({ buffer, byteOffset, byteLength }: Floats): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
}

function words(sequence: number, array: Floats): Envelope {
  const dtype = array instanceof Float32Array ? 'float32' : 'float64'
  return { operation: 'allReduce', sequence, part: 0, dtype, count: array.length, root: 0 }
}

/** Where the arrays of a sum lie. */
const homes = ['private', 'window', 'result in the window', 'mixed'] as const

function place(home: (typeof homes)[number], transport: Transport, array: Floats, isResult: boolean): Floats {
  const { rank } = transport
  const inWindow =
    home === 'window' || (home === 'result in the window' && isResult) || (home === 'mixed' && rank % 2 === 0)
  const bytes = inWindow ? transport.allocate?.(array.byteLength) : undefined
  if (bytes === undefined) return array.slice()
  const placed = new (array.constructor as Kind)(bytes.buffer as ArrayBuffer, bytes.byteOffset, array.length)
  placed.set(array)
  return placed
}

/** What a lane that sums by itself must do: rank order, to the bit, wherever the arrays lie. */
export function sumTests(name: string, group: (worldSize: number) => Promise<Transport[]>): void {
  describe(`${name}: sums`, () => {
    it.each([2, 3, 4, 5])('are those in rank order on each of %i ranks', async (worldSize) => {
      const transports = await group(worldSize)
      let sequence = 0
      for (const length of [0, 1, 17, 1000, 4096, 4097, 140_001]) {
        for (const kind of [Float32Array, Float64Array] as const) {
          const sum = bits(expected(kind, length, worldSize))
          for (const home of homes) {
            const call = sequence++
            await Promise.all(
              transports.map(async (transport) => {
                const send = place(home, transport, numbers(kind, length, transport.rank), false)
                const inPlace = length % 2 === 1
                const receive = inPlace ? send : place(home, transport, new kind(length), true)
                await transport.allReduce?.(send, receive, words(call, send))
                expect(Buffer.compare(bits(receive), sum)).toBe(0)
                if (!inPlace) expect(Buffer.compare(bits(send), bits(numbers(kind, length, transport.rank)))).toBe(0)
              }),
            )
          }
        }
      }
    })

    it('may be asked for all at once, beside messages', async () => {
      const transports = (await group(3)) as [Transport, Transport, Transport]
      const message = { operation: 'pointToPoint', sequence: 9, part: 0, dtype: 'bytes', count: 0, root: 0 } as const
      const payload = new Uint8Array(2_000_000).fill(5)
      const into = new Uint8Array(payload.byteLength)
      const sums = transports.flatMap((transport) =>
        [10, 100_000, 20, 200_000].map(async (length, sequence) => {
          const array = numbers(Float32Array, length, transport.rank)
          await transport.allReduce?.(array, array, words(sequence, array))
          expect(Buffer.compare(bits(array), bits(expected(Float32Array, length, 3)))).toBe(0)
        }),
      )
      await Promise.all([...sums, transports[2].send(0, message, payload), transports[0].receive(2, message, into)])
      expect(Buffer.compare(into, payload)).toBe(0)
    })

    it('of different calls name both sides', async () => {
      const transports = await group(2)
      const sums = transports.map((transport) => {
        const array = new Float32Array(5000 + transport.rank)
        return transport.allReduce?.(array, array, words(3, array))
      })
      const results = await Promise.allSettled(sums)
      for (const result of results) {
        expect(result).toMatchObject({
          reason: { code: 'rank-mismatch', message: expect.stringMatching(/500[01] float32.*500[01] float32/) },
        })
      }
    })

    it('tell whom they wait for, and fail when it leaves', async () => {
      const [a, b, c] = (await group(3)) as [Transport, Transport, Transport]
      const array = new Float32Array(8)
      const sums = [a, b].map((transport) => transport.allReduce?.(array.slice(), array.slice(), words(0, array)))
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(a.awaited?.()).toEqual([2])
      await c[Symbol.asyncDispose]()
      for (const sum of sums) await expect(sum).rejects.toMatchObject({ code: 'peer-lost', details: { ranks: [2] } })
    })
  })
}
