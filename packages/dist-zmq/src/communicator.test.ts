import { communicatorTests } from '@lockstep/conformance'
import { afterAll, describe, it } from 'vitest'
import { lanes } from './lanes/lane.ts'
import { Pool, type RemoteCommunicator } from './remote-communicator.fixture.ts'

// Hundreds of groups of up to eight processes take ten minutes on two cores; within one process other tests cover the same.
const slow = process.env['LOCKSTEP_SLOW_TESTS'] !== undefined

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
      patienceMs: 20_000,
    },
    { describe: describe.runIf(slow), it },
  )
}
