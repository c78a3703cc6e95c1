import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Transport } from '../../transport.ts'
import { laneTests } from '../lane-tests.fixture.ts'
import { sumTests } from '../sum-tests.fixture.ts'
import type { JoinOptions } from '../window/join-options.ts'
import { createFileWindow, joinFileWindow } from './file-transport.ts'

const folder = mkdtempSync(joinPath(tmpdir(), 'lockstep-file-'))
const open: Transport[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each[Symbol.asyncDispose]()))
})

const group = (worldSize: number): Promise<Transport[]> => {
  const base = { worldSize, job: 'test', generation: 0 }
  const path = createFileWindow({ ...base, rank: 0 }, folder)
  return Promise.all(Array.from({ length: worldSize }, (_, rank) => join({ ...base, rank, path })))
}

async function join(options: JoinOptions): Promise<Transport> {
  const transport = await joinFileWindow({ timeoutMs: 5000, longestSleepMs: 0, ...options })
  open.push(transport)
  return transport
}

afterAll(() => rmSync(folder, { recursive: true }))

describe('a window of files', () => {
  laneTests('file', group)
  sumTests('file', group)

  it('has no name once all have joined', async () => {
    await group(2)
    expect(readdirSync(folder)).toEqual([])
  })

  it('refuses ranks of another generation, and leaves nothing behind', async () => {
    const base = { worldSize: 2, job: 'test', generation: 3 }
    const path = createFileWindow({ ...base, rank: 0 }, folder)
    await expect(join({ ...base, generation: 2, rank: 1, path })).rejects.toMatchObject({ code: 'rank-mismatch' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('refuses files that others could open', async () => {
    const base = { worldSize: 2, job: 'test', generation: 3 }
    const path = createFileWindow({ ...base, rank: 0 }, folder)
    chmodSync(`${path}.0`, 0o644)
    await expect(join({ ...base, rank: 1, path })).rejects.toMatchObject({ code: 'invalid-data' })
  })
})
