import { existsSync, readdirSync, statSync } from 'node:fs'
import { allocateMemory } from '@lockstep/core/wasm'
import { afterEach, describe, expect, it } from 'vitest'
import type { Transport } from '../../transport.ts'
import { laneTests } from '../lane-tests.fixture.ts'
import { sumTests } from '../sum-tests.fixture.ts'
import type { JoinOptions } from '../window/join-options.ts'
import { shmAvailable } from './shm-available.ts'
import { createShmWindow, joinShmWindow } from './shm-transport.ts'

const open: Transport[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each[Symbol.asyncDispose]()))
})

const group = (worldSize: number): Promise<Transport[]> => {
  const base = { worldSize, job: 'test', generation: 0 }
  const path = createShmWindow({ ...base, rank: 0 })
  return Promise.all(Array.from({ length: worldSize }, (_, rank) => join({ ...base, rank, path })))
}

async function join(options: JoinOptions): Promise<Transport> {
  const transport = await joinShmWindow({ timeoutMs: 5000, longestSleepMs: 0, ...options })
  open.push(transport)
  return transport
}

describe.runIf(process.platform === 'linux')('shared memory', () => {
  laneTests('shm', group)
  sumTests('shm', group)

  it('is there, where koffi is installed', async () => {
    expect(await shmAvailable()).toEqual({ available: true })
  })

  it('is open to nobody else, and has no name once all have joined', async () => {
    const base = { worldSize: 2, job: 'test', generation: 3 }
    const path = createShmWindow({ ...base, rank: 0 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const joining = [0, 1].map((rank) => join({ ...base, rank, path }))
    await Promise.all(joining)
    expect(existsSync(path)).toBe(false)
  })

  it('refuses ranks of another generation, job or number of ranks', async () => {
    const base = { worldSize: 2, job: 'test', generation: 3 }
    for (const other of [{ generation: 2 }, { job: 'other' }, { worldSize: 3 }]) {
      const path = createShmWindow({ ...base, rank: 0 })
      await expect(join({ ...base, ...other, rank: 1, path })).rejects.toMatchObject({ code: 'rank-mismatch' })
    }
    const path = createShmWindow({ ...base, rank: 0 })
    await expect(join({ ...base, generation: 2, rank: 1, path })).rejects.toThrow(
      /of generation 3.* expected generation 2/,
    )
  })

  it('names who does not join, and leaves nothing behind', async () => {
    const base = { worldSize: 3, job: 'test', generation: 0 }
    const path = createShmWindow({ ...base, rank: 0 })
    await expect(join({ ...base, rank: 1, path, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'timed-out',
      details: { awaited: [0, 2] },
    })
    expect(readdirSync('/dev/shm').filter((name) => path.endsWith(name))).toEqual([])
  })

  it('is shared by some ranks of a group only, if so told: for messages', async () => {
    const base = { worldSize: 4, job: 'test', generation: 0, ranks: [1, 3] }
    const path = createShmWindow({ ...base, rank: 1 })
    const [a, b] = (await Promise.all([1, 3].map((rank) => join({ ...base, rank, path })))) as [Transport, Transport]
    const words = { operation: 'barrier', sequence: 0, part: 0, dtype: 'bytes', count: 0, root: 0 } as const
    const into = new Uint8Array(3)
    await Promise.all([a.send(3, words, Uint8Array.of(1, 2, 3)), b.receive(1, words, into)])
    expect([...into]).toEqual([1, 2, 3])
    expect(a.allReduce).toBeUndefined()
  })

  it('adopts memory of a WebAssembly instance, with what it holds', async () => {
    const group2 = (await group(2)) as [Transport, Transport]
    const length = 100_000
    const arrays = group2.map(({ rank }) => {
      const { buffer } = allocateMemory(1_000_000, { shared: true })
      new Float32Array(buffer).fill(7 + rank)
      return new Float32Array(buffer, 4 * 30_001, length)
    })
    const words = { operation: 'allReduce', part: 0, dtype: 'float32', count: length, root: 0 } as const
    // Again for memory that it has, and for more of it: every training makes its exchange anew.
    for (const [sequence, extra] of [0, 0, 70_000].entries()) {
      for (const [rank, { buffer, byteOffset, byteLength }] of arrays.entries())
        group2[rank]?.adopt?.(new Uint8Array(buffer, byteOffset, byteLength + extra))
      for (const [rank, array] of arrays.entries()) array.fill(7 + rank)
      await Promise.all(
        group2.map((each, rank) =>
          each.allReduce?.(arrays[rank] as Float32Array, arrays[rank] as Float32Array, { ...words, sequence }),
        ),
      )
      for (const [rank, { buffer }] of arrays.entries()) {
        const all = new Float32Array(buffer)
        const expected = (index: number): number => (index >= 30_001 && index < 30_001 + length ? 15 : 7 + rank)
        expect(all.findIndex((value, index) => value !== expected(index))).toBe(-1)
      }
    }
  })

  it('recognises its memory after it went through another thread', async () => {
    const [a, b] = (await group(2)) as [Transport, Transport]
    const sums = [a, b].map(async (transport) => {
      const bytes = transport.allocate?.(40_000) as Uint8Array
      const array = new Float32Array(structuredClone(bytes.buffer), bytes.byteOffset, 10_000).fill(transport.rank + 1)
      await transport.allReduce?.(array, array, {
        operation: 'allReduce',
        sequence: 0,
        part: 0,
        dtype: 'float32',
        count: 10_000,
        root: 0,
      })
      return new Float32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, 10_000).every((value) => value === 3)
    })
    expect(await Promise.all(sums)).toEqual([true, true])
  })
})
