import { expect, test } from 'vitest'
import { connect } from './connect.ts'
import { lanes } from './lanes/lane.ts'
import type { Memory } from './rank.fixture.ts'
import { failure, freePort, Rank, startRanks } from './ranks.fixture.ts'

test('a process alone is rank 0 of 1 and opens nothing', async () => {
  await using alone = await connect({ environment: {} })
  expect([alone.rank, alone.worldSize, alone.laneNames]).toEqual([0, 1, 'none'])
  const sums = alone.allocate(3).fill(2)
  await alone.allReduce(sums)
  expect([...sums]).toEqual([2, 2, 2])
})

test('ranks know each other', async () => {
  await using ranks = await startRanks(3, { lane: 'zmq' })
  expect(ranks.infos.map(({ rank }) => rank)).toEqual([0, 1, 2])
  const pids = ranks.all.map(({ process }) => process.pid)
  for (const { members } of ranks.infos) expect(members.map(({ pid }) => pid)).toEqual(pids)
  const log = ranks.infos[1]?.log.join()
  expect(log).toBe("rank 1 of 3, job 'default', generation 0, lanes: zmq to 0 2")
})

test.each(lanes)(
  'arrays of any memory are summed over %s, and a result of its own leaves them as they were',
  async (lane) => {
    await using ranks = await startRanks(2, { lane })
    const length = 20_000
    const array = (value: number): Float32Array => new Float32Array(length).fill(value, 1)
    for (const memory of ['own', 'window', 'arena'] satisfies Memory[]) {
      const call = (receive: Float32Array | null): Promise<unknown[]> =>
        ranks.each((rank, number) => rank.call('allReduce', array(number + 1), receive, undefined, memory))
      for (const [sum] of (await call(null)) as [Float32Array][]) expect(sum).toEqual(array(3))
      for (const [number, sums] of (await call(new Float32Array(length))).entries())
        expect(sums).toEqual([array(3), array(number + 1)])
    }
  },
)

test('a main thread that computes for longer than any heartbeat does not end the group', async () => {
  await using ranks = await startRanks(2, { lane: 'zmq' })
  const blocked = ranks.rank(1).ask({ kind: 'block', milliseconds: 4000 })
  const sums = ranks.each((rank) => rank.allReduce(new Float32Array([1])))
  await blocked
  expect(await sums).toEqual([new Float32Array([2]), new Float32Array([2])])
})

test.each([
  ['disposal', { kind: 'call', group: 0, method: 'dispose', args: [] }, { kind: 'end' }, 0],
  ['coming to the end of the program', { kind: 'end' }, undefined, 0],
  ['process.exit(0)', { kind: 'exit', code: 0 }, undefined, 0],
  ['process.exit(3)', { kind: 'exit', code: 3 }, undefined, 3],
  ['an uncaught exception', { kind: 'throw', message: 'thrown on purpose' }, undefined, 1],
] as const)('processes end cleanly by %s', async (_, first, then, code) => {
  await using ranks = await startRanks(2, { lane: 'zmq' })
  await ranks.each((rank) => rank.allReduce(new Float32Array(1000)))
  await ranks.each((rank) => rank.ask(first).catch(() => {}))
  if (then) await ranks.each((rank) => rank.ask(then).catch(() => {}))
  expect(await ranks.each((rank) => rank.ended())).toEqual([code, code])
})

test('disposing twice is disposing once; later calls reject', async () => {
  await using ranks = await startRanks(2, { lane: 'zmq' })
  await ranks.each((rank) => rank.call('dispose'))
  await ranks.each((rank) => rank.call('dispose'))
  for (const error of await ranks.each((rank) => failure(rank.allReduce(new Float32Array(1)))))
    expect(error.code).toBe('disposed')
})

test('rank 0 says who has not come', async () => {
  await using rank = new Rank()
  const rendezvous = `127.0.0.1:${await freePort()}`
  const error = await failure(rank.connect({ rank: 0, worldSize: 3, rendezvous, rendezvousTimeoutMs: 1000 }))
  expect(error.code).toBe('timed-out')
  expect(error.message).toMatch(/has waited 1 s at tcp:\/\/127\.0\.0\.1:\d+ for 2 of 3 ranks: 1, 2 did not come/)
})

test('others say that nobody answers', async () => {
  await using rank = new Rank()
  const rendezvous = `127.0.0.1:${await freePort()}`
  const error = await failure(rank.connect({ rank: 1, worldSize: 2, rendezvous, rendezvousTimeoutMs: 1000 }))
  expect(error.message).toMatch(/rank 1 \(.+, pid \d+\) has waited 1 s for rank 0 at tcp:.+: nobody answers/)
})

test.each([
  ['world sizes', { worldSize: 2 }, { worldSize: 3 }, /rank 1 \(.+\) has world size '3', rank 0 \(.+\) has '2'/],
  ['lanes', { lane: 'zmq' }, { lane: 'tcp' }, /rank 1 \(.+\) has lane 'tcp', rank 0 \(.+\) has 'zmq'/],
] as const)('different %s are refused on both sides, naming both', async (_, zero, one, message) => {
  await using a = new Rank()
  await using b = new Rank()
  const common = { worldSize: 2, rendezvous: `127.0.0.1:${await freePort()}` }
  const errors = await Promise.all([
    failure(a.connect({ ...common, ...zero, rank: 0 })),
    failure(b.connect({ ...common, ...one, rank: 1 })),
  ])
  for (const error of errors) {
    expect(error.code).toBe('rank-mismatch')
    expect(error.message).toMatch(message)
  }
})

test('a rank of another job is sent away, and its place is free for the right one', async () => {
  await using a = new Rank()
  await using b = new Rank()
  const common = { worldSize: 2, rendezvous: `127.0.0.1:${await freePort()}` }
  const formed = a.connect({ ...common, rank: 0, lane: 'zmq', job: 'mine' })
  const error = await failure(b.connect({ ...common, rank: 1, job: 'other' }))
  expect(error.message).toMatch(/rank 1 \(.+\) has job 'other', rank 0 \(.+\) has 'mine'/)
  await b.connect({ ...common, rank: 1, lane: 'zmq', job: 'mine' })
  expect((await formed).members).toHaveLength(2)
})

test('of two processes with the same rank the second is sent away', async () => {
  await using a = new Rank()
  await using b = new Rank()
  await using c = new Rank()
  const common = { worldSize: 3, rendezvous: `127.0.0.1:${await freePort()}` }
  a.connect({ ...common, rank: 0 }).catch(() => {})
  const error = await Promise.race([b, c].map((rank) => failure(rank.connect({ ...common, rank: 1 }))))
  expect(error.message).toMatch(/rank 1 \(.+\) comes as a rank that rank 1 \(.+\) has already/)
})

test('survivors of a group meet again under the next generation', async () => {
  await using ranks = await startRanks(3, { lane: 'zmq' })
  const pending = ranks.each((rank) => failure(rank.allReduce(new Float32Array(1))), [2])
  ranks.rank(2).process.kill('SIGKILL')
  await pending
  await ranks.each((rank) => rank.call('dispose'), [2])
  const rendezvous = `127.0.0.1:${await freePort()}`
  const infos = await ranks.each(
    (rank, number) => rank.connect({ rank: number, worldSize: 2, rendezvous, lane: 'zmq' }),
    [2],
  )
  expect(infos.map(({ generation }) => generation)).toEqual([1, 1])
  expect(await ranks.each((rank) => rank.allReduce(new Float32Array([2])), [2])).toEqual([
    new Float32Array([4]),
    new Float32Array([4]),
  ])
})
