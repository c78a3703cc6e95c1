import { communicator, memoryGroup } from '@lockstep/collectives'
import { describe, it } from 'vitest'
import { distributedTrainingTests } from './distributed-training-tests.ts'

const group = (worldSize: number) => memoryGroup(worldSize).map((transport) => communicator(transport))
distributedTrainingTests({ name: 'a group in memory', group }, { describe, it })
