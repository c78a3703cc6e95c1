import { communicatorTests } from '@lockstep/conformance'
import { afterAll, describe, expect, it } from 'vitest'
import { type Lane, lanes } from './lanes/lane.ts'
import { startRanks } from './ranks.fixture.ts'
import { Pool, type RemoteCommunicator } from './remote-communicator.fixture.ts'

/** Sizes of the groups. Lanes and algorithms go through all sizes within one process; here it is about processes. */
const sizes: Readonly<Record<Lane, readonly number[]>> = { zmq: [1, 3], tcp: [2], shm: [4], file: [2] }
const all = process.env['LOCKSTEP_SLOW_TESTS'] !== undefined

const pool = new Pool()
afterAll(() => pool[Symbol.asyncDispose]())

for (const lane of lanes) {
  communicatorTests(
    {
      name: `processes over ${lane}`,
      group: (worldSize, options) => pool.group(worldSize, { ...options, lane }),
      kill: async (members, rank) => {
        const { process } = members[rank] as RemoteCommunicator
        process.process.kill('SIGKILL')
        await process.ended()
      },
      worldSizes: all ? [1, 2, 3, 4, 5, 8] : sizes[lane],
      patienceMs: 20_000,
    },
    { describe, it },
  )
}

describe.each([2, 5, 8])('%i processes', (worldSize) => {
  it.each(lanes)('sum alike over %s', async (lane) => {
    await using ranks = await startRanks(worldSize, { lane, timeoutMs: 30_000 })
    const sums = await ranks.each((rank, number) => rank.allReduce(new Float32Array(3000).fill(number + 0.1)))
    for (const sum of sums) expect(sum).toEqual(sums[0])
    expect(sums[0]?.[2999]).toBeCloseTo((worldSize * (worldSize - 1)) / 2 + worldSize / 10, 4)
  })
})
