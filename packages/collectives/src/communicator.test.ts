import { describe, expect, test } from 'vitest'
import { type CommunicatorOptions, communicator, type GroupCommunicator } from './communicator.ts'
import { memoryGroup } from './memory/memory-group.ts'

function group(worldSize: number, options: CommunicatorOptions = {}): GroupCommunicator[] {
  return memoryGroup(worldSize).map((transport) => communicator(transport, options))
}

describe.each([1, 2, 3, 5])('%i ranks', (worldSize) => {
  test.each(['everyone', 'direct'] as const)('%s sums', async (algorithm) => {
    const ranks = group(worldSize, { algorithm, segmentBytes: 4096 })
    for (const length of [0, 1, 17, 5000]) {
      const arrays = ranks.map(({ rank }) => Float32Array.from({ length }, (_, index) => index + rank))
      await Promise.all(ranks.map((member, rank) => member.allReduce(arrays[rank] as Float32Array)))
      const expected = Float32Array.from({ length }, (_, i) => worldSize * i + (worldSize * (worldSize - 1)) / 2)
      for (const array of arrays) expect(array).toEqual(expected)
    }
  })

  test('gathers, broadcasts and meets', async () => {
    const ranks = group(worldSize)
    const blocks = await Promise.all(
      ranks.map(({ rank }, at) => (ranks[at] as GroupCommunicator).allGather(new Uint8Array(rank).fill(rank))),
    )
    for (const gathered of blocks) expect(gathered.map((block) => block.length)).toEqual(ranks.map(({ rank }) => rank))
    const root = worldSize - 1
    const buffers = ranks.map(({ rank }) => new Uint8Array(3).fill(rank))
    await Promise.all(ranks.map((member, at) => member.broadcast(buffers[at] as Uint8Array, root)))
    for (const buffer of buffers) expect([...buffer]).toEqual([root, root, root])
    await Promise.all(ranks.map((member) => member.barrier()))
  })
})

test('a call that nobody joins names who is awaited', async () => {
  const [first, second] = group(2, { timeoutMs: 20 }) as [GroupCommunicator, GroupCommunicator]
  await expect(first.allReduce(new Float32Array(3))).rejects.toThrow(
    'allReduce 0 of 3 float32 did not complete on rank 0 within 20 ms: it waits for rank 1',
  )
  await expect(second.barrier()).rejects.toMatchObject({ code: 'timed-out', details: { awaited: [1] } })
})

test('exchanges and calls keep their order', async () => {
  const [first, second] = group(2) as [GroupCommunicator, GroupCommunicator]
  const done: string[] = []
  const note = <T>(name: string, promise: Promise<T>): Promise<unknown> => promise.then(() => done.push(name))
  const data = [new Float32Array([1]), new Float32Array([2])] as const
  const got = second.receive(0, 7)
  await Promise.all([
    note('sent', first.send(1, 7, new Uint8Array([9]))),
    note('sum', first.allReduce(data[0])),
    note('barrier', first.barrier()),
    got,
    second.allReduce(data[1]),
    second.barrier(),
  ])
  expect(done).toEqual(['sent', 'sum', 'barrier'])
  expect([...(await got)]).toEqual([9])
  expect(data.map(([value]) => value)).toEqual([3, 3])
})
