import type { LockstepError } from '@lockstep/core'
import { expect, test } from 'vitest'
import { lanes } from './lanes/lane.ts'
import { failure, type Ranks, startRanks } from './ranks.fixture.ts'

const timeoutMs = 3000

/** Sums without end, as training does; rejects when the group ends. */
async function sumForever(ranks: Ranks, except: readonly number[]): Promise<LockstepError[]> {
  return ranks.each(async (rank) => {
    for (;;) {
      try {
        await rank.allReduce(new Float32Array(20_000))
      } catch (error) {
        return error as LockstepError
      }
    }
  }, except)
}

function names(ranks: Ranks, number: number): RegExp {
  const { host = '', pid } = ranks.infos[0]?.members[number] ?? {}
  return new RegExp(`rank ${number} \\(${host}, p\\w+ ${pid}\\)`)
}

const victims = lanes.flatMap((lane) => [0, 1, 2].map((victim) => [lane, victim] as const))

test.each(victims)('over %s: kill -9 of rank %i in mid-step is named by every survivor', async (lane, victim) => {
  await using ranks = await startRanks(3, { lane, timeoutMs })
  const survivors = sumForever(ranks, [victim])
  ranks
    .rank(victim)
    .allReduce(new Float32Array(20_000))
    .catch(() => {})
  const since = performance.now()
  ranks.rank(victim).process.kill('SIGKILL')
  const errors = await survivors
  expect(performance.now() - since).toBeLessThan(timeoutMs)
  for (const error of errors) {
    expect(error.message).toMatch(names(ranks, victim))
    expect(error).toMatchObject({ code: 'peer-lost', details: { ranks: [victim] } })
  }
})

test.each([0, 1])('rank %i that is stopped is noticed and named within the timeout', async (victim) => {
  await using ranks = await startRanks(3, { lane: 'zmq', timeoutMs })
  const survivors = sumForever(ranks, [victim])
  const since = performance.now()
  ranks.rank(victim).process.kill('SIGSTOP')
  const errors = await survivors
  expect(performance.now() - since).toBeLessThan(timeoutMs + 2000)
  for (const error of errors) expect(error.message).toMatch(names(ranks, victim))
  ranks.rank(victim).process.kill('SIGCONT')
})

test('a rank stuck in its own JavaScript is named with the calls that it has not made', async () => {
  await using ranks = await startRanks(3, { lane: 'zmq', timeoutMs })
  await ranks.each((rank) => rank.allReduce(new Float32Array(10)))
  ranks
    .rank(1)
    .ask({ kind: 'block', milliseconds: 60_000 })
    .catch(() => {})
  const errors = await sumForever(ranks, [1])
  for (const error of errors) {
    expect(error).toMatchObject({ code: 'timed-out', details: { awaited: [1] } })
    expect(error.message).toMatch(/rank [02] \(.+\) has waited 3000 ms in allReduce of 20000 float32 \(call 2\)/)
    expect(error.message).toMatch(names(ranks, 1))
    expect(error.message).toContain('has made 1 of these 2 calls')
  }
})

test('a call may be given more time than the others', async () => {
  await using ranks = await startRanks(2, { lane: 'zmq', timeoutMs: 1000 })
  const early = ranks.rank(0).allReduce(new Float32Array([1]), { timeoutMs: 20_000 })
  await new Promise((resolve) => setTimeout(resolve, 4000))
  await ranks.rank(1).allReduce(new Float32Array([1]))
  expect(await early).toEqual(new Float32Array([2]))
})

test.each(lanes)('over %s: different lengths are refused, naming both ranks and values', async (lane) => {
  await using ranks = await startRanks(2, { lane })
  const errors = await ranks.each((rank, number) => failure(rank.allReduce(new Float32Array(10 + number))))
  for (const error of errors) {
    expect(error.code).toBe('rank-mismatch')
    expect(error.message).toMatch(/rank [01] .*1[01] float32.* rank [01] .*1[01] float32/)
  }
})

test('an abort reaches every rank with its reason', async () => {
  await using ranks = await startRanks(3, { lane: 'zmq' })
  const waiting = ranks.each((rank) => failure(rank.allReduce(new Float32Array(10))), [2])
  await ranks.rank(2).call('abort', new Error('the disk is full'))
  for (const error of await waiting) {
    expect(error.message).toContain('the disk is full')
    expect(error).toMatchObject({ code: 'aborted', details: { rank: 2 } })
  }
})

test('a rank that ends with an error is named with its exit code', async () => {
  await using ranks = await startRanks(3, { lane: 'zmq' })
  const waiting = sumForever(ranks, [1])
  ranks
    .rank(1)
    .ask({ kind: 'exit', code: 7 })
    .catch(() => {})
  for (const error of await waiting) {
    expect(error.message).toMatch(names(ranks, 1))
    expect(error.message).toContain('exit code 7')
  }
})

test('a rank that leaves while it is needed is named', async () => {
  await using ranks = await startRanks(2, { lane: 'zmq' })
  await ranks.each((rank) => rank.allReduce(new Float32Array(10)))
  const waiting = failure(ranks.rank(0).allReduce(new Float32Array(10)))
  await ranks.rank(1).call('dispose')
  const error = await waiting
  expect(error).toMatchObject({ code: 'peer-lost', details: { ranks: [1] } })
  expect(error.message).toMatch(/left the group/)
})
