import { communicatorTests } from '@lockstep/conformance'
import { afterAll, describe, expect, it } from 'vitest'
import type { Lane } from './lanes/lane.ts'
import { startRanks } from './ranks.fixture.ts'
import { Pool, type RemoteCommunicator } from './remote-communicator.fixture.ts'

const all = process.env['LOCKSTEP_SLOW_TESTS'] !== undefined

/**
 * Defines the tests of processes over a lane: the whole kit in groups of these sizes, and one sum in larger ones. Lanes
 * and algorithms go through all sizes within one process; here it is about processes. A file for each lane, so that two
 * lanes have a core each.
 */
export function testProcesses(lane: Lane, worldSizes: readonly number[]): void {
  const pool = new Pool()
  afterAll(() => pool[Symbol.asyncDispose]())

  communicatorTests(
    {
      name: `processes over ${lane}`,
      group: (worldSize, options) => pool.group(worldSize, { ...options, lane }),
      kill: async (members, rank) => {
        const { process } = members[rank] as RemoteCommunicator
        process.process.kill('SIGKILL')
        await process.ended()
      },
      worldSizes: all ? [1, 2, 3, 4, 5, 8] : worldSizes,
      patienceMs: 20_000,
    },
    { describe, it },
  )

  it.each([2, 5, 8])(`%i processes sum alike over ${lane}`, async (worldSize) => {
    await using ranks = await startRanks(worldSize, { lane, timeoutMs: 30_000 })
    const sums = await ranks.each((rank, number) => rank.allReduce(new Float32Array(3000).fill(number + 0.1)))
    for (const sum of sums) expect(sum).toEqual(sums[0])
    expect(sums[0]?.[2999]).toBeCloseTo((worldSize * (worldSize - 1)) / 2 + worldSize / 10, 4)
  })
}
