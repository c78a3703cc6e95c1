import { memoryGroup } from '@lockstep/collectives'
import { describe, it } from 'vitest'
import { transportTests } from './transport-tests.ts'

transportTests({ name: 'memory', group: async (worldSize) => memoryGroup(worldSize) }, { describe, it })
