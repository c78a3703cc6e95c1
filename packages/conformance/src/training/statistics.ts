import { type Callback, concatenate, dense, model as functional, input } from '@lockstep/core'
import type { Subject } from '../subject.ts'
import {
  compiled,
  distance,
  expectAtMost,
  expectSame,
  network,
  samples,
  type TrainingTests,
  using,
  withStatistics,
} from './subjects.ts'

/** Statistics of batches, frozen layers, several outputs, values that are not numbers. */
export const statisticTests: TrainingTests = {
  'running statistics move by the mean over all micro-batches': async (subject: Subject): Promise<void> => {
    const { x, y } = samples(12)
    const moved = (batchSize: number, gradientAccumulation: number) =>
      using(compiled(subject, withStatistics(), { gradientAccumulation }), async (model) => {
        await model.fit(x, y, { batchSize, shuffle: false, verbose: 0 })
        return (await model.namedWeights()).get('batch_normalization_1/movingMean') as Float32Array
      })
    const [whole, parts] = [await moved(12, 1), await moved(5, 3)]
    expectSame(
      'movement',
      whole.some((value) => value !== 0),
      true,
    )
    expectAtMost('difference', distance([whole], [parts]), 1e-6)
  },
  'a layer that is not trainable keeps its weights': async (subject: Subject): Promise<void> => {
    const { x, y } = samples(12)
    const layers = network()
    const [first] = layers
    if (first) first.trainable = false
    await using(compiled(subject, layers, { learner: 'adam' }), async (model) => {
      const before = await model.getWeights()
      await model.fit(x, y, { batchSize: 4, verbose: 0 })
      const after = await model.getWeights()
      expectSame('movement of the frozen layer', distance(before.slice(0, 2), after.slice(0, 2)), 0)
      expectSame('movement of the other', distance(before.slice(2), after.slice(2)) > 0, true)
    })
  },
  'two outputs divide by denominators of their own': async (subject: Subject): Promise<void> => {
    const { x, y } = samples(10)
    const build = () => {
      const from = input({ shape: [6], name: 'features' })
      const shared = dense({ units: 4, activation: 'tanh', name: 'shared' }).apply(from)
      const left = dense({ units: 3, activation: 'softmax', name: 'left' }).apply(shared)
      const right = dense({ units: 1, name: 'right' }).apply(concatenate().apply([shared, left]))
      return functional({ inputs: from, outputs: [left, right], seed: 3 })
    }
    const targets = { left: y, right: x.data.length ? Array.from({ length: 10 }, (_, row) => row / 10) : [] }
    const sampleWeight = { left: [1, 0, 0, 1, 1, 0, 1, 1, 0, 1], right: Array.from({ length: 10 }, () => 1) }
    const run = (batchSize: number, gradientAccumulation: number) =>
      using(build(), async (model) => {
        model.compile({
          backend: subject.backend(),
          loss: { left: 'categoricalCrossentropy', right: 'meanSquaredError' },
          lossWeights: { left: 0.3, right: 1 },
          learner: 'sgd',
          gradientAccumulation,
        })
        const { history } = await model.fit(x, targets, { batchSize, sampleWeight, shuffle: false, verbose: 0 })
        expectSame('figures', Object.keys(history).join(), 'loss,left_loss,right_loss')
        return model.getWeights()
      })
    expectAtMost('difference of the weights', distance(await run(10, 1), await run(4, 3)), 1e-6)
  },
  'the first layer that is not finite is named': async (subject: Subject): Promise<void> => {
    const { x, y } = samples(8)
    await using(compiled(subject, network()), async (model) => {
      const weights = await model.getWeights()
      weights[2]?.fill(Number.POSITIVE_INFINITY)
      await model.setWeights(weights)
      const losses: number[] = []
      const watch: Callback = { onBatchEnd: (_, logs) => void losses.push(logs['loss'] ?? 0) }
      await model.fit(x, y, { batchSize: 8, verbose: 0, callbacks: [watch] })
      expectSame('finiteness of the loss', Number.isFinite(losses[0]), false)
      expectSame('culprit', await model.locateNonFinite(), 'dense_2')
    })
  },
}
