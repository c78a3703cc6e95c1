import { communicator, memoryGroup } from '@lockstep/collectives'
import { listDistributedTrainingTests } from '@lockstep/conformance'
import { expect, it } from 'vitest'
import { onnx } from './onnx.ts'

/** Those that meet the engine in a way of their own: state in place on the host, parts without samples, all learners' slots. */
const chosen = [
  'the first gradient of 3 ranks is that of one process, to 2e-6',
  'dropout masks are those of one process',
  'all ranks hold the same bits after every step, with batch normalisation too',
  'several outputs divide by denominators of all ranks',
  'accumulated micro-batches make the updates of one process, dropout included',
  'weights, seed and place in training are those of rank 0',
]
const tests = listDistributedTrainingTests()
const group = (worldSize: number) => memoryGroup(worldSize).map((transport) => communicator(transport))

it.each(chosen)('ranks on this engine: %s', async (name) => {
  expect(Object.keys(tests)).toContain(name)
  await tests[name]?.({ name: 'onnx', group, backend: onnx })
})
