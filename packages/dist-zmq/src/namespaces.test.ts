import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failure, Rank, Ranks } from './ranks.fixture.ts'
import { createKeyFile } from './security/key-file.ts'

/** Two network namespaces with a cable between them: two machines, as far as sockets can tell. */
const names = [`lockstep-a-${process.pid}`, `lockstep-b-${process.pid}`] as const
const addresses = ['10.213.77.1', '10.213.77.2'] as const
const cable = [`lsa${process.pid}`, `lsb${process.pid}`] as const

const ip = (...args: string[]): Buffer => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] })

const missing = ((): string | undefined => {
  const trial = `lockstep-trial-${process.pid}`
  const added = spawnSync('ip', ['netns', 'add', trial], { encoding: 'utf8' })
  if (added.status !== 0) return `no network namespaces here: ${added.error?.message ?? added.stderr.trim()}`
  ip('netns', 'delete', trial)
  return undefined
})()
if (missing) console.warn(`skipped: tests of two machines need root and ip(8); ${missing}`)

describe.skipIf(missing)('two network namespaces with addresses of their own', () => {
  let folder: string
  let keyFile: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'namespaces-'))
    keyFile = join(folder, 'key')
    createKeyFile(keyFile)
    for (const name of names) ip('netns', 'add', name)
    for (const memory of memories()) {
      mkdirSync(memory)
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', memory])
    }
    ip('link', 'add', cable[0], 'netns', names[0], 'type', 'veth', 'peer', 'name', cable[1], 'netns', names[1])
    names.forEach((name, side) => {
      ip('-n', name, 'address', 'add', `${addresses[side]}/24`, 'dev', cable[side] ?? '')
      ip('-n', name, 'link', 'set', cable[side] ?? '', 'up')
      ip('-n', name, 'link', 'set', 'lo', 'up')
    })
  })
  afterAll(() => {
    for (const name of names) ip('netns', 'delete', name)
    for (const memory of memories()) execFileSync('umount', [memory])
    rmSync(folder, { recursive: true })
  })

  const memories = (): string[] => names.map((name) => join(folder, name))

  /** A rank there. Ranks of one side share memory, as those of a machine or container do, the sides do not. */
  const rankAt = (side: 0 | 1): Rank => {
    const script = `mount --bind ${memories()[side]} /dev/shm && exec "$0" "$@"`
    return new Rank({}, ['ip', 'netns', 'exec', names[side], 'sh', '-c', script])
  }

  const start = async (options: { readonly encrypt?: boolean }, port: number): Promise<Ranks> => {
    const all = [rankAt(0), rankAt(0), rankAt(1), rankAt(1)]
    const common = { ...options, worldSize: 4, keyFile, rendezvous: `${addresses[0]}:${port}`, timeoutMs: 3000 }
    return new Ranks(all, await Promise.all(all.map((rank, number) => rank.connect({ ...common, rank: number }))))
  }

  test.each([
    ['tcp', {}, 'shm+tcp', 4711],
    ['ZeroMQ with CURVE', { encrypt: true }, 'shm+zmq', 4712],
  ] as const)('ranks agree over %s between, and shared memory within', async (_, options, lanes, port) => {
    await using ranks = await start(options, port)
    for (const { laneNames } of ranks.infos) expect(laneNames).toBe(lanes)
    for (const length of [1, 1000, 300_000]) {
      const sums = await ranks.each((rank, number) => rank.allReduce(new Float32Array(length).fill(number + 0.5)))
      for (const sum of sums) expect([sum[0], sum[length - 1]]).toEqual([8, 8])
    }
  })

  test('a cable that is pulled is noticed within the timeout', async () => {
    await using ranks = await start({}, 4713)
    const since = performance.now()
    const waiting = Promise.all(
      ranks.all.map(async (rank) => {
        const sums = async (): Promise<never> => {
          for (;;) await rank.allReduce(new Float32Array(1000))
        }
        return failure(sums())
      }),
    )
    ip('-n', names[0], 'link', 'set', cable[0], 'down')
    for (const error of await waiting) expect(error.message).toMatch(/rank \d \(.+\) is gone: .*answered no ping/)
    expect(performance.now() - since).toBeLessThan(8000)
    ip('-n', names[0], 'link', 'set', cable[0], 'up')
  })
})
