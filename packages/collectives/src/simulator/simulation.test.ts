import { isLockstepError } from '@lockstep/core/errors'
import { describe, expect, test } from 'vitest'
import type { AlgorithmName } from '../algorithms/choose.ts'
import type { Clock } from '../clock.ts'
import { communicator } from '../communicator.ts'
import { memoryGroup } from '../memory/memory-group.ts'
import type { Transport } from '../transport.ts'
import { type Conditions, type Incident, randomNumbers } from './conditions.ts'
import { type Outcome, simulate } from './simulation.ts'

const algorithms: readonly AlgorithmName[] = ['everyone', 'direct', 'ring', 'halvingDoubling']

/** A group's work: what it is made of must be the same on every rank. */
interface Work {
  readonly worldSize: number
  readonly algorithm: AlgorithmName
  readonly lengths: readonly number[]
  readonly timeoutMs: number
}

function work({ algorithm, lengths, worldSize, timeoutMs }: Work) {
  return async (transport: Transport, clock: Clock): Promise<string> => {
    const group = communicator(transport, { algorithm, clock, timeoutMs, segmentBytes: 128 })
    const sums = lengths.map((length) =>
      Float32Array.from({ length }, (_, index) => Math.sin(index + 100 * group.rank) * 10 ** (index % 5)),
    )
    const flying = sums.map((sum) => group.allReduce(sum))
    const buffer = Uint8Array.from({ length: 100 }, (_, index) => index + group.rank)
    const [blocks] = await Promise.all([
      group.allGather(buffer.slice(group.rank)),
      group.broadcast(buffer, worldSize - 1),
      ...flying,
    ])
    await group.barrier()
    return [...sums, ...blocks, buffer]
      .map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64'))
      .join()
  }
}

const results = new Map<string, Promise<string>>()

/** What the same work gives in memory, where nothing goes wrong. */
function expectedResult(of: Work): Promise<string> {
  const key = `${of.worldSize} ${of.algorithm} ${of.lengths.join()}`
  const known = results.get(key)
  if (known) return known
  const never = { after: () => () => {} }
  const made = Promise.all(memoryGroup(of.worldSize).map((transport) => work(of)(transport, never))).then(
    (all) => all[0] as string,
  )
  results.set(key, made)
  return made
}

interface Schedule {
  readonly work: Work
  readonly conditions: Conditions
}

function drawSchedule(seed: number): Schedule {
  const random = randomNumbers(seed)
  const integer = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1))
  const worldSize = integer(2, 6)
  const incidents = drawIncidents(random, worldSize)
  return {
    work: {
      worldSize,
      algorithm: algorithms[integer(0, 3)] as AlgorithmName,
      lengths: [[0, 70], [1, 130, 3], [200]][integer(0, 2)] as number[],
      timeoutMs: 20_000,
    },
    conditions: {
      seed,
      incidents,
      latencyMs: random() < 0.5 ? 0.05 : 20 * random(),
      jitterMs: random() < 0.3 ? 0 : 50 * random(),
      bytesPerMs: 10 ** (1 + 4 * random()),
      loss: random() < 0.5 ? 0 : 0.3 * random(),
      acknowledged: random() < 0.5,
      attempts: random() < 0.1 ? 3 : 30,
      heartbeatMs: 2000,
    },
  }
}

function drawIncidents(random: () => number, worldSize: number): Incident[] {
  const rank = Math.floor(random() * worldSize)
  const atMs = 300 * random() ** 3
  const kind = random()
  if (kind < 0.4) return []
  if (kind < 0.6) return [{ kind: 'crash', rank, atMs }]
  if (kind < 0.8) return [{ kind: 'stall', rank, atMs, forMs: 1900 * random() }]
  if (kind < 0.9) return [{ kind: 'stall', rank, atMs, forMs: Number.POSITIVE_INFINITY }]
  return [{ kind: 'stall', rank, atMs, forMs: 2000 + 5000 * random() }]
}

/** What is wrong with how the ranks ended, or undefined. */
function complaint({ work: { attempts }, outcomes, right, lost }: Judgement): string | undefined {
  const survivors = outcomes.filter(({ status }) => status !== 'dead')
  const hung = survivors.find(({ status }) => status === 'hung')
  if (hung) return 'a rank hangs'
  const wrong = survivors.find((outcome) => outcome.status === 'completed' && outcome.value !== right)
  if (wrong) return 'a rank completed with other bits'
  const rejected = survivors.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome] : []))
  if (rejected.length === 0) return undefined
  for (const { reason } of rejected) {
    if (!isLockstepError(reason) || reason.code !== 'peer-lost') return `rejected with ${reason.message}`
    const named = (reason.details as { ranks: readonly number[] }).ranks[0]
    if (lost !== undefined && attempts >= 30 && named !== lost) return `rank ${lost} was lost, but ${reason.message}`
    if (lost === undefined && attempts >= 30) return `nothing happened, but ${reason.message}`
  }
  return undefined
}

interface Judgement {
  readonly work: { readonly attempts: number }
  readonly outcomes: readonly Outcome<string>[]
  readonly right: string
  /** The rank that crashes or stands still for too long. */
  readonly lost: number | undefined
}

async function judge(seed: number): Promise<{ complaint: string | undefined; outcomes: readonly Outcome<string>[] }> {
  const { work: task, conditions } = drawSchedule(seed)
  const outcomes = await simulate(task.worldSize, conditions, work(task))
  const [incident] = conditions.incidents ?? []
  const fatal = incident?.kind === 'crash' || (incident?.kind === 'stall' && incident.forMs > 2000)
  const judgement: Judgement = {
    work: { attempts: conditions.attempts ?? 0 },
    outcomes,
    right: await expectedResult(task),
    lost: fatal ? incident.rank : undefined,
  }
  return { complaint: complaint(judgement), outcomes }
}

test('in thousands of schedules, all ranks have the right bits or all survivors name who was lost', async () => {
  const ends = { completed: 0, rejected: 0 }
  for (let seed = 0; seed < 2000; seed++) {
    const { complaint: found, outcomes } = await judge(seed)
    expect(found, `schedule ${seed}`).toBeUndefined()
    const statuses = new Set(outcomes.map(({ status }) => status))
    ends[statuses.has('rejected') ? 'rejected' : 'completed']++
  }
  // Both ends must have been tried often for the above to mean something.
  expect(ends.completed).toBeGreaterThan(800)
  expect(ends.rejected).toBeGreaterThan(400)
}, 240_000)

test('the same seed gives the same simulation', async () => {
  for (const seed of [3, 8, 21, 35]) expect(await judge(seed)).toEqual(await judge(seed))
})

describe('without heartbeats', () => {
  test('a rank that stands still is found by the timeout, and named by those who wait for it', async () => {
    const task: Work = { worldSize: 4, algorithm: 'direct', lengths: [200], timeoutMs: 10_000 }
    const incidents: Incident[] = [{ kind: 'stall', rank: 2, atMs: 0.01, forMs: Number.POSITIVE_INFINITY }]
    const outcomes = await simulate(4, { seed: 1, incidents }, work(task))
    for (const [rank, outcome] of outcomes.entries()) {
      if (rank === 2) expect(outcome).toEqual({ status: 'dead' })
      else
        expect(outcome).toMatchObject({
          status: 'rejected',
          atMs: expect.closeTo(10_000, -2),
          reason: { code: 'timed-out', details: { awaited: [2] } },
        })
    }
  })

  test('a rank that stands still for less than the timeout holds up the others', async () => {
    const task: Work = { worldSize: 3, algorithm: 'ring', lengths: [130], timeoutMs: 10_000 }
    const incidents: Incident[] = [{ kind: 'stall', rank: 0, atMs: 0.01, forMs: 9000 }]
    const outcomes = await simulate(3, { seed: 1, incidents }, work(task))
    const right = await expectedResult(task)
    for (const outcome of outcomes)
      expect(outcome).toEqual({ status: 'completed', atMs: expect.closeTo(9000, -2), value: right })
  })
})

test('what waits for nothing that can come hangs, and is told so', async () => {
  const [outcome] = await simulate(2, { seed: 1 }, (transport) =>
    transport.rank === 0
      ? transport.receive(
          1,
          { operation: 'barrier', sequence: 0, part: 0, dtype: 'bytes', count: 0, root: 0 },
          new Uint8Array(1),
        )
      : new Promise<void>(() => {}),
  )
  expect(outcome).toEqual({ status: 'hung' })
})

test('the time of a sum is that of its bytes and its messages', async () => {
  const length = 2 ** 20
  const time = async (algorithm: AlgorithmName): Promise<number> => {
    const outcomes = await simulate(4, { seed: 1, latencyMs: 0.1, bytesPerMs: 2 ** 20 }, async (transport, clock) => {
      const group = communicator(transport, { algorithm, clock, segmentBytes: 2 ** 17 })
      await group.allReduce(new Float32Array(length))
    })
    return Math.max(...outcomes.map((outcome) => ('atMs' in outcome ? outcome.atMs : Number.NaN)))
  }
  // 4 MB; links in both directions between all pairs, 1 MB a millisecond each.
  expect(await time('ring')).toBeGreaterThan(6)
  expect(await time('ring')).toBeLessThan(7.5)
  expect(await time('direct')).toBeLessThan(2.5)
})
