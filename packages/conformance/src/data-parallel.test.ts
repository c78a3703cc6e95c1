import { reference } from '@lockstep/backend-reference'
import { communicator, memoryGroup } from '@lockstep/collectives'
import { type Communicator, dataParallel, type Model, schedules, sequential, sgd } from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { network, samples } from './training/subjects.ts'

const ranks = (worldSize: number) => memoryGroup(worldSize).map((transport) => communicator(transport))

describe('a distributed learner', () => {
  const first = ranks(2)[0] as Communicator

  it('is the learner in everything else', () => {
    const inner = sgd({
      learningRate: schedules.exponential({ initial: 1, factor: 0.5, period: 1 }),
      momentum: 0.9,
      clipNorm: 2,
    })
    const learner = dataParallel(inner, first)
    const progress = { step: 1, samples: 8, batchSamples: 8 }
    expect([learner.name, learner.clipNorm, learner.clipValue]).toEqual(['sgd', 2, undefined])
    expect([learner.slots, learner.config]).toEqual([inner.slots, inner.config])
    expect(learner.hyperparameters(progress)).toEqual(inner.hyperparameters(progress))
    expect(learner.learningRate(progress)).toBe(inner.learningRate(progress))
    learner.setLearningRate(0.25)
    expect([inner.baseLearningRate(progress), learner.config['learningRate']]).toEqual([0.25, 0.25])
  })

  it.each([
    [{ quantizationBits: 1 }, 'quantizationBits is 1, but so far only 32'],
    [{ distributedAfter: 1000 }, 'distributedAfter is 1000, but so far only 0'],
    [{ batchMode: 'local' as never }, "batchMode is \"local\"; expected 'global' or 'perWorker'"],
  ])('refuses %j', (options, message) => {
    expect(() => dataParallel('sgd', first, options)).toThrow(message)
    expect(() => dataParallel('sgd', first, { quantizationBits: 32, distributedAfter: 0 })).not.toThrow()
  })

  it('is not distributed twice', () => {
    expect(() => dataParallel(dataParallel('sgd', first), first)).toThrow('expected one that is not distributed')
  })

  it('exchanges within every step, so that steps are not fused', () => {
    const compile = { backend: reference(), loss: 'mse', stepsPerExecution: 2 }
    const model = sequential(network())
    expect(() => model.compile({ ...compile, learner: dataParallel('sgd', first) })).toThrow('leave it at 1')
  })
})

describe('a group of one rank', () => {
  const { x, y } = samples(20)
  const trained = async (learner: ReturnType<typeof sgd>, stepsPerExecution = 1): Promise<string> => {
    await using model: Model = sequential(network(), { seed: 3 })
    model.compile({ backend: reference(), loss: 'mse', learner, stepsPerExecution })
    await model.fit(x, y, { batchSize: 6, verbose: 0 })
    await model.evaluate(x, y)
    return model.parametersSha256()
  }

  it('is one process alone: nothing is exchanged, steps may be fused, errors leave it open', async () => {
    const [transport] = memoryGroup(1) as [ReturnType<typeof memoryGroup>[0]]
    const one = communicator(transport)
    expect(await trained(dataParallel(sgd(), one))).toBe(await trained(sgd()))
    expect(await trained(dataParallel(sgd(), one), 3)).toBe(await trained(sgd(), 3))
    await expect(trained(dataParallel(sgd(), one), 0)).rejects.toThrow('stepsPerExecution')
    expect(await one.allGather(Uint8Array.of(7))).toEqual([Uint8Array.of(7)])
  })
})

it('a learner says where its rank’s time went, and how many samples it had', async () => {
  const seen = await Promise.all(
    ranks(2).map(async (each) => {
      await using model = sequential(network(), { seed: 3 })
      const learner = dataParallel('sgd', each)
      model.compile({ backend: reference(), loss: 'categoricalCrossentropy', learner })
      const { x, y } = samples(each.rank === 0 ? 9 : 4)
      await model.fit(x, y, { batchSize: 4, epochs: 2, verbose: 0 })
      return learner.distribution
    }),
  )
  expect(seen.map(({ samples: count }) => count)).toEqual([18, 8])
  for (const { seconds } of seen) {
    expect(seconds.computing).toBeGreaterThan(0)
    expect(seconds.communicating).toBeGreaterThan(0)
  }
})
