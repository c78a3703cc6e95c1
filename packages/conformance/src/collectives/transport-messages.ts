import type { Envelope, Transport } from '@lockstep/collectives'
import type { Group } from './group.ts'
import { expectSameBits, pattern } from './numbers.ts'
import { pause } from './patience.ts'
import { envelopeOf, neighbours, pairs, type TransportTest } from './transport-test.ts'

/** Messages arrive whole, once, in order, in their place, and the sender may go on when its promise says so. */
export const messageTests: Readonly<Record<string, TransportTest>> = {
  'a member knows its rank, the number of ranks and its lanes': {
    ranks: 1,
    async run({ members, worldSize }) {
      for (const [rank, member] of members.entries()) {
        const said = [member.rank, member.worldSize]
        if (said[0] !== rank || said[1] !== worldSize)
          throw new Error(`rank ${rank} of ${worldSize} says that it is ${said.join(' of ')}`)
        for (let peer = 0; peer < worldSize; peer++) {
          if (peer !== rank && member.lane(peer) === '') throw new Error(`rank ${rank} has no lane to rank ${peer}`)
        }
      }
    },
  },
  'every rank sends to every other': { ranks: 2, run: (group) => exchange(group, [1000]) },
  'messages keep their order, whatever their lengths': {
    ranks: 2,
    run: (group) => exchange(group, [5, 70_000, 0, 1, 300_000, 12, 0, 8, 100_003, 3, 64, 4096]),
  },
  'large messages pass each other': { ranks: 2, run: (group) => exchange(group, [5_000_003, 2_000_000], neighbours) },
  'a thousand small messages arrive in order': {
    ranks: 2,
    run: (group) =>
      exchange(
        group,
        Array.from({ length: 1000 }, (_, index) => index % 50),
        neighbours,
      ),
  },
  'receivers may come before or after the message': {
    ranks: 2,
    async run({ members: [first, second], settled }) {
      const into = new Uint8Array(10)
      const early = (second as Transport).receive(0, envelopeOf(0), into)
      await pause(20)
      await settled('send', (first as Transport).send(1, envelopeOf(0), pattern(10, 1)))
      await settled('receive', early)
      expectSameBits('early receiver', into, pattern(10, 1))
      const sent = (first as Transport).send(1, envelopeOf(1), pattern(10, 2))
      await pause(20)
      await settled('late receive', (second as Transport).receive(0, envelopeOf(1), into))
      await settled('send', sent)
      expectSameBits('late receiver', into, pattern(10, 2))
    },
  },
  'a message fills its place and nothing around it': {
    ranks: 2,
    async run({ members: [first, second], settled }) {
      for (const length of [1, 7, 4099, 600_001]) {
        const from = new Uint8Array(length + 3)
        from.set(pattern(length, 3), 3)
        const memory = new Uint8Array(length + 20).fill(0xaa)
        const envelope = envelopeOf(length)
        await settled(
          `message of ${length} bytes`,
          Promise.all([
            (first as Transport).send(1, envelope, from.subarray(3)),
            (second as Transport).receive(0, envelope, memory.subarray(5, 5 + length)),
          ]),
        )
        const expected = new Uint8Array(length + 20).fill(0xaa)
        expected.set(pattern(length, 3), 5)
        expectSameBits(`memory around ${length} bytes`, memory, expected)
      }
    },
  },
  'a payload may be changed as soon as send settles': {
    ranks: 2,
    run: async ({ members, worldSize, settled }) => {
      for (const length of [10, 5000, 300_000, 1_500_000]) {
        const sends = neighbours(worldSize).map(async ([from, to]) => {
          const payload = pattern(length, from, to)
          await (members[from] as Transport).send(to, envelopeOf(length), payload)
          payload.fill(0xff)
        })
        await pause(5)
        const receives = neighbours(worldSize).map(async ([from, to]) => {
          const into = new Uint8Array(length)
          await (members[to] as Transport).receive(from, envelopeOf(length), into)
          expectSameBits(`${length} bytes from ${from} to ${to}`, into, pattern(length, from, to))
        })
        await settled(`messages of ${length} bytes`, Promise.all([...sends, ...receives]))
      }
    },
  },
  'bytes that were sent are counted': {
    ranks: 2,
    async run(group) {
      const before = group.members.map(({ bytesSent }) => bytesSent)
      await exchange(group, [1000, 24])
      for (const [rank, { bytesSent }] of group.members.entries()) {
        const sent = bytesSent - (before[rank] as number)
        const expected = 1024 * (group.worldSize - 1)
        if (sent !== expected) throw new Error(`rank ${rank} sent ${expected} bytes, but counts ${sent}`)
      }
    },
  },
}

/** Messages of these lengths go both ways between ranks, by default between all, without waiting in between. */
async function exchange(
  { members, worldSize, settled }: Group<Transport>,
  lengths: readonly number[],
  ways: typeof pairs = pairs,
): Promise<void> {
  const part = (index: number): Envelope => ({ ...envelopeOf(0), part: index })
  const moves = ways(worldSize).flatMap(([from, to]) =>
    lengths.map(async (length, index) => {
      const into = new Uint8Array(length)
      await Promise.all([
        (members[from] as Transport).send(to, part(index), pattern(length, from, to, index)),
        (members[to] as Transport).receive(from, part(index), into),
      ])
      expectSameBits(`message ${index} from ${from} to ${to}`, into, pattern(length, from, to, index))
    }),
  )
  await settled('messages', Promise.all(moves))
}
