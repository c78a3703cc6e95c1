import type { Communicator } from '@lockstep/core'
import type { CommunicatorGroup, CommunicatorTest } from './communicator-test.ts'
import { expectSameBits, expectSums, type Floats, pattern, valuesOf, valuesOfAll } from './numbers.ts'

/** Calls in flight together, and memory that is used again at once. */
export const orderTests: Readonly<Record<string, CommunicatorTest>> = {
  'calls in flight together do not disturb each other': { ranks: 1, run: checkInFlight },
  'calls in flight together complete in the order of the calls': {
    ranks: 1,
    async run({ each }) {
      await each('calls', async (member, rank) => {
        const done: number[] = []
        const sizes = [200_000, 3, 50_000, 1, 0, 7]
        const sums = sizes.map((size, call) => member.allReduce(new Float32Array(size)).then(() => done.push(call)))
        const gather = member.allGather(new Uint8Array(5)).then(() => done.push(sizes.length))
        const broadcast = member.broadcast(new Uint8Array(9), 0).then(() => done.push(sizes.length + 1))
        await Promise.all([...sums, gather, broadcast])
        if (done.some((call, index) => call !== index))
          throw new Error(`on rank ${rank} calls completed in the order ${done.join(', ')}`)
      })
    },
  },
  'many calls one after the other give what they should': {
    ranks: 1,
    async run({ each, worldSize }) {
      await each('calls', async (member, rank) => {
        const buffer = new Float32Array(33)
        for (let call = 0; call < 50; call++) {
          buffer.fill(rank + call)
          await member.allReduce(buffer)
          const expected = worldSize * call + (worldSize * (worldSize - 1)) / 2
          const wrong = buffer.find((value) => value !== expected)
          if (wrong !== undefined) throw new Error(`call ${call} on rank ${rank}: got ${wrong}, expected ${expected}`)
        }
      })
    },
  },
  'an array may be changed as soon as its sum is complete': {
    ranks: 1,
    async run(group) {
      for (const length of [300, 30_000, 400_000]) await checkReuse(group, length)
    },
  },
  'a block may be changed as soon as its call is complete': {
    ranks: 2,
    async run({ each, worldSize }) {
      for (const length of [40, 300_000]) {
        await each('calls', async (member, rank) => {
          const block = pattern(length, rank)
          const gathered = await member.allGather(block)
          block.fill(0xff)
          for (const [of, got] of gathered.entries()) expectSameBits(`block of ${of}`, got, pattern(length, of))
          const buffer = pattern(length, rank)
          await member.broadcast(buffer, worldSize - 1)
          const got = buffer.slice()
          buffer.fill(0xff)
          expectSameBits('broadcast', got, pattern(length, worldSize - 1))
          if (rank === 0) {
            const sent = pattern(length, 77)
            await member.send(1, 3, sent)
            sent.fill(0xff)
          }
          if (rank === 1) expectSameBits('exchange', await member.receive(0, 3), pattern(length, 77))
        })
      }
    },
  },
}

async function checkInFlight(group: CommunicatorGroup): Promise<void> {
  const { members, worldSize, settled } = group
  const lengths = [10, 20_000, 1, 0, 100_000, 500]
  const types = ['float32', 'float64'] as const
  const sums = lengths.map((length, call) =>
    members.map((_, rank) => valuesOf(types[call % 2] ?? 'float32', length, rank, call)),
  )
  const buffers = members.map((_, rank) => pattern(999, rank))
  const pending = members.map((member, rank) => callAll(member, rank, sums, buffers[rank] as Uint8Array))
  const gathered = await settled('all calls', Promise.all(pending))
  for (const [call, length] of lengths.entries()) {
    const terms = valuesOfAll(types[call % 2] ?? 'float32', length, worldSize, call)
    for (const got of sums[call] ?? []) expectSums(`call ${call}`, got, terms)
  }
  for (const blocks of gathered) {
    for (const [rank, block] of blocks.entries()) expectSameBits('gathered block', block, pattern(50 + rank, rank))
  }
  for (const buffer of buffers) expectSameBits('broadcast', buffer, pattern(999, 0))
}

async function callAll(
  member: Communicator,
  rank: number,
  sums: readonly (readonly Floats[])[],
  buffer: Uint8Array,
): Promise<readonly Uint8Array[]> {
  const summed = sums.map((arrays) => member.allReduce(arrays[rank] as Floats))
  const gathered = member.allGather(pattern(50 + rank, rank))
  const sent = member.broadcast(buffer, 0)
  await Promise.all([...summed, sent])
  return gathered
}

/** Each rank overwrites its array at once; others may still need what the lane reads out of it. */
async function checkReuse({ each, worldSize }: CommunicatorGroup, length: number): Promise<void> {
  for (let call = 0; call < 4; call++) {
    const terms = valuesOfAll('float32', length, worldSize, call)
    const results = await each('all-reduce', async (member, rank) => {
      const apart = call % 2 === 1
      const send = (terms[rank] as Floats).slice()
      const receive = apart ? new Float32Array(length) : send
      await member.allReduce(send, apart ? receive : undefined)
      const result = receive.slice()
      send.fill(Number.NaN)
      receive.fill(Number.NaN)
      return result
    })
    expectSums(`call ${call} on rank 0`, results[0] as Floats, terms)
    for (const [rank, got] of results.entries())
      expectSameBits(`call ${call} on rank ${rank}`, got, results[0] as Floats)
  }
}
