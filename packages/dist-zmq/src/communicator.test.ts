import { communicatorTests } from '@lockstep/conformance'
import { afterAll, describe, it } from 'vitest'
import { lanes } from './lanes/lane.ts'
import { Pool, type RemoteCommunicator } from './remote-communicator.fixture.ts'

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
    { describe, it },
  )
}
