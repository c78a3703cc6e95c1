import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createFileWindow } from './file/file-transport.ts'
import type { Places, RankTask, Report } from './rank.fixture.ts'
import { compileSource, forkProgram } from './run-source.fixture.ts'
import { createShmWindow } from './shm/shm-transport.ts'

type Failure = Extract<Report, { kind: 'failed' }>

/** What a busy machine does within; a death has to be noticed long before. */
const patienceMs = 20_000
const worldSize = 3
const children: ChildProcess[] = []
let program: string
beforeAll(async () => {
  program = await compileSource(new URL('./rank.fixture.ts', import.meta.url))
})
afterAll(() => rm(dirname(program), { recursive: true }))
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

const reported = async <K extends Report['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<Report, { kind: K }>> => {
  for (;;) {
    const [report] = (await once(child, 'message')) as [Report]
    if (report.kind === kind) return report as Extract<Report, { kind: K }>
  }
}

/** Processes in the midst of sums, and what each of them will report at the end. */
async function summing(
  lane: RankTask['lane'],
  length: number,
  timeoutMs = patienceMs,
): Promise<{ ranks: ChildProcess[]; failures: Promise<Failure>[] }> {
  const base = { rank: 0, worldSize, job: 'processes', generation: 0 }
  const path = lane === 'shm' ? createShmWindow(base) : lane === 'file' ? createFileWindow(base) : ''
  const ranks = Array.from({ length: worldSize }, () => forkProgram(program))
  children.push(...ranks)
  const addresses = await Promise.all(
    ranks.map(async (child, rank) => {
      const address = reported(child, 'address')
      child.send({ lane, rank, worldSize, path, length, timeoutMs } satisfies RankTask)
      return (await address).address
    }),
  )
  const places = ranks.map(({ pid }) => ({ host: 'here', pid: pid as number }))
  const started = ranks.map((child) => reported(child, 'summing'))
  const failures = ranks.map((child) => reported(child, 'failed'))
  for (const child of ranks) child.send({ addresses, places } satisfies Places)
  await Promise.all(started)
  return { ranks, failures }
}

function survivors(failures: readonly Promise<Failure>[]): Promise<Failure[]> {
  return Promise.all(failures.filter((_, rank) => rank !== 1))
}

describe.runIf(process.platform === 'linux').each(['shm', 'file', 'tcp'] as const)('processes over %s', (lane) => {
  it.each([100, 2_000_000])('name a rank that was killed while %i floats were summed', async (length) => {
    const { ranks, failures } = await summing(lane, length)
    const killed = ranks[1] as ChildProcess
    killed.kill('SIGKILL')
    const started = performance.now()
    for (const failure of await survivors(failures)) {
      expect(failure).toMatchObject({ code: 'peer-lost', details: { ranks: [1] } })
      if (lane !== 'tcp') expect(failure.message).toMatch(`rank 1 (here, process ${killed.pid})`)
    }
    expect(performance.now() - started).toBeLessThan(patienceMs)
    expect(readdirSync('/dev/shm').filter((name) => name.startsWith(`lockstep-${process.pid}-`))).toEqual([])
  })

  it('name a rank that hangs when their patience ends', async () => {
    const { ranks, failures } = await summing(lane, 100, 1500)
    ranks[1]?.kill('SIGSTOP')
    for (const failure of await survivors(failures)) {
      expect(failure).toMatchObject({ code: 'timed-out', details: { operation: 'allReduce' } })
      expect(failure.details).toMatchObject({ awaited: expect.arrayContaining([1]) })
    }
  })

  it('end for the reason that one of them gives', async () => {
    const { ranks, failures } = await summing(lane, 500_000)
    ranks[1]?.send('enough')
    for (const failure of await survivors(failures)) {
      expect(failure).toMatchObject({ code: 'aborted', details: { rank: 1 }, message: 'enough' })
    }
  })
})
