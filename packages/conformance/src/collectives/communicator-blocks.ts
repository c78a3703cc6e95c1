import type { Communicator } from '@lockstep/core'
import type { CommunicatorGroup, CommunicatorTest } from './communicator-test.ts'
import { expectSameBits, pattern } from './numbers.ts'
import { pairs } from './transport-test.ts'

/** All-gather, broadcast and exchanges between two ranks. */
export const blockTests: Readonly<Record<string, CommunicatorTest>> = {
  'all-gather hands out every block in rank order': {
    ranks: 1,
    async run(group) {
      for (const size of [0, 1, 100, 50_000]) await checkGather(group, (rank) => size + 3 * rank)
    },
  },
  'all-gather takes blocks of any lengths': {
    ranks: 1,
    run: (group) => checkGather(group, (rank) => (rank % 2 === 0 ? 0 : 200_000 / rank)),
  },
  'all-gather hands out memory that nobody else has': {
    ranks: 1,
    async run({ each, worldSize }) {
      const blocks = Array.from({ length: worldSize }, (_, rank) => pattern(64, rank))
      const first = await each('all-gather', (member, rank) => member.allGather(blocks[rank] as Uint8Array))
      for (const block of blocks) block.fill(0xff)
      await each('all-gather', (member) => member.allGather(new Uint8Array(64).fill(0xee)))
      for (const gathered of first) {
        for (const [rank, block] of gathered.entries()) expectSameBits(`block ${rank}`, block, pattern(64, rank))
      }
    },
  },
  'broadcast hands out the block of any root': {
    ranks: 1,
    async run({ each, worldSize }) {
      for (let root = 0; root < worldSize; root++) {
        for (const length of [0, 1, 1000, 70_001]) {
          const buffers = Array.from({ length: worldSize }, (_, rank) => pattern(length, rank, root))
          await each('broadcast', (member, rank) => member.broadcast(buffers[rank] as Uint8Array, root))
          for (const [rank, buffer] of buffers.entries())
            expectSameBits(`${length} bytes from ${root} on rank ${rank}`, buffer, pattern(length, root, root))
        }
      }
    },
  },
  'broadcast hands out large blocks': {
    ranks: 1,
    async run({ each, worldSize }) {
      const length = 3_000_001
      const root = worldSize - 1
      const buffers = Array.from({ length: worldSize }, (_, rank) => pattern(length, rank))
      await each('broadcast', (member, rank) => member.broadcast(buffers[rank] as Uint8Array, root))
      for (const buffer of buffers) expectSameBits('large block', buffer, pattern(length, root))
    },
  },
  'blocks of any length go between any two ranks': {
    ranks: 2,
    run: (group) => exchange(group, [12, 0, 1, 60_000, 7]),
  },
  'large blocks pass each other': { ranks: 2, run: (group) => exchange(group, [2_000_003]) },
  'exchanges and collective calls keep their order': {
    ranks: 2,
    async run({ each, worldSize, members, settled }) {
      const last = worldSize - 1
      const [first, other] = [members[0], members[last]] as [Communicator, Communicator]
      const done: string[] = []
      const note = async (name: string, promise: Promise<unknown>): Promise<void> => {
        await promise
        done.push(name)
      }
      const exchanged = Promise.all([
        note('received', other.receive(0, 5)),
        note('sent', first.send(last, 5, pattern(100, 1))),
      ])
      const summed = each('all-reduce', (member, rank) => note(`summed ${rank}`, member.allReduce(Float32Array.of(1))))
      const answered = Promise.all([other.send(0, 6, pattern(200, 2)), first.receive(last, 6)])
      await settled('exchange', exchanged)
      await summed
      const [, answer] = await settled('answer', answered)
      expectSameBits('answer', answer, pattern(200, 2))
      if (done.indexOf('received') > done.indexOf(`summed ${last}`))
        throw new Error(`the sum after an exchange was complete before it: ${done.join(', ')}`)
    },
  },
}

async function checkGather({ each }: CommunicatorGroup, lengthOf: (rank: number) => number): Promise<void> {
  const size = (rank: number): number => Math.floor(lengthOf(rank))
  const results = await each('all-gather', (member, rank) => member.allGather(pattern(size(rank), rank)))
  for (const [of, gathered] of results.entries()) {
    if (gathered.length !== results.length) throw new Error(`rank ${of} got ${gathered.length} blocks`)
    for (const [rank, block] of gathered.entries())
      expectSameBits(`block of rank ${rank} on rank ${of}`, block, pattern(size(rank), rank))
  }
}

async function exchange({ members, worldSize, settled }: CommunicatorGroup, lengths: readonly number[]): Promise<void> {
  const moves = pairs(worldSize).flatMap(([from, to]) =>
    lengths.map(async (length, tag) => {
      const sent = (members[from] as Communicator).send(to, tag, pattern(length, from, to, tag))
      const block = await (members[to] as Communicator).receive(from, tag)
      expectSameBits(`block ${tag} from ${from} to ${to}`, block, pattern(length, from, to, tag))
      await sent
    }),
  )
  await settled('blocks', Promise.all(moves))
}
