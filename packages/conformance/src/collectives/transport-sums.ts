import type { Envelope, Transport } from '@lockstep/collectives'
import { expectSameBits, type Floats, like, sumInRankOrder, valuesOfAll } from './numbers.ts'
import { expectReason } from './patience.ts'
import type { TransportTest } from './transport-test.ts'

/** What only some transports can do by themselves; others pass. */
export const sumTests: Readonly<Record<string, TransportTest>> = {
  'its own all-reduce adds in rank order': {
    ranks: 1,
    async run({ members, worldSize, each }) {
      if (members[0]?.allReduce === undefined) return
      let sequence = 0
      for (const type of ['float32', 'float64'] as const) {
        for (const length of [0, 1, 15, 1000, 100_003, 700_000]) {
          const arrays = valuesOfAll(type, length, worldSize)
          const expected = sumInRankOrder(arrays)
          const receive = arrays.map(like)
          const envelope = { ...sumOf(length, sequence++), dtype: type }
          await each('sum', (member, rank) => sum(member, arrays[rank], receive[rank], envelope))
          for (const [rank, got] of receive.entries())
            expectSameBits(`${length} ${type} on rank ${rank}`, got, expected)
          const again = { ...envelope, sequence: sequence++ }
          await each('sum in place', (member, rank) => sum(member, arrays[rank], arrays[rank], again))
          for (const got of arrays) expectSameBits(`${length} ${type} in place`, got, expected)
        }
      }
    },
  },
  'its own all-reduce works on memory of its own': {
    ranks: 1,
    async run({ members, worldSize, each }) {
      if (members[0]?.allReduce === undefined || members[0].allocate === undefined) return
      const length = 50_001
      const arrays = valuesOfAll('float32', length, worldSize)
      const windows = members.map((member, rank) => {
        const bytes = member.allocate?.(4 * length) as Uint8Array
        const window = new Float32Array(bytes.buffer, bytes.byteOffset, length)
        window.set(arrays[rank] as Floats)
        return window
      })
      await each('sum', (member, rank) => sum(member, windows[rank], windows[rank], sumOf(length, 0)))
      for (const window of windows) expectSameBits('window', window, sumInRankOrder(arrays))
    },
  },
  'its own all-reduce of different lengths ends the group, naming both sides': {
    ranks: 2,
    async run({ members, worldSize, rejected }) {
      if (members[0]?.allReduce === undefined) return
      const errors = members.map((member, rank) => {
        const length = rank === worldSize - 1 ? 104 : 100
        const array = new Float32Array(length)
        return rejected(`sum on rank ${rank}`, sum(member, array, array, sumOf(length, 0)))
      })
      for (const error of await Promise.all(errors)) expectReason('sum', error, 'rank-mismatch', '100', '104')
    },
  },
  'memory that it allocates is aligned to 64': {
    ranks: 1,
    async run({ members }) {
      for (const byteLength of [0, 1, 4, 1000, 1_000_000]) {
        const bytes = members[0]?.allocate?.(byteLength)
        if (bytes === undefined) return
        if (bytes.byteLength !== byteLength) throw new Error(`asked for ${byteLength} bytes, got ${bytes.byteLength}`)
        if (bytes.byteOffset % 64 !== 0) throw new Error(`${byteLength} bytes lie at ${bytes.byteOffset}`)
      }
    },
  },
}

function sumOf(count: number, sequence: number): Envelope {
  return { operation: 'allReduce', sequence, part: 0, dtype: 'float32', count, root: 0 }
}

function sum(
  member: Transport,
  send: Floats | undefined,
  receive: Floats | undefined,
  envelope: Envelope,
): Promise<void> {
  return member.allReduce?.(send as Floats, receive as Floats, envelope) ?? Promise.resolve()
}
