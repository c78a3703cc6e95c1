import { type AlgorithmName, communicator, memoryGroup } from '@lockstep/collectives'
import { describe, it } from 'vitest'
import { communicatorTests } from './communicator-tests.ts'

function overMemory(algorithm: AlgorithmName | undefined, worldSizes: readonly number[], ownOrder = false): void {
  communicatorTests(
    {
      name: `memory (${algorithm ?? 'as by default'})`,
      ownOrder,
      worldSizes,
      group: async (worldSize, options) =>
        memoryGroup(worldSize).map((transport) =>
          communicator(transport, { ...options, ...(algorithm && { algorithm }) }),
        ),
    },
    { describe, it },
  )
}

overMemory(undefined, [1, 2, 3, 4, 5, 8])
overMemory('direct', [3])
overMemory('everyone', [4])
overMemory('ring', [2, 5], true)
overMemory('halvingDoubling', [3, 8], true)
