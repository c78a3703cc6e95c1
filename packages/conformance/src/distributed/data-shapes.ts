import { reference } from '@lockstep/backend-reference'
import { concatenate, dataParallel, dense, model as functional, input, type Model } from '@lockstep/core'
import { distance, expectAtMost, expectSame, network, samples, using, withStatistics } from '../training/subjects.ts'
import { globalOrder, inOrder, shardings, shardOf, startOf } from './global-order.ts'
import { type DistributedTests, type GroupSubject, modelOf, onRanks } from './ranks.ts'

const quiet = { verbose: 0, shuffle: false } as const
const figures = (history: Readonly<Record<string, readonly number[]>>): number[] => Object.values(history).flat()

/** Trains two epochs on data of that many samples, shared out in several ways; figures must be those of one process. */
async function terminates(subject: GroupSubject, total: number, worldSize: number, batchSize: number): Promise<void> {
  const data = samples(total)
  for (const lengths of shardings(total, worldSize)) {
    const order = inOrder(data, globalOrder(lengths, batchSize))
    const options = { ...quiet, batchSize, epochs: 2, stepsPerEpoch: 5, validationData: [data.x, data.y] } as const
    const one = await using(modelOf(subject, { layers: network }), async (model) => {
      const { history } = await model.fit(order.x, order.y, options)
      return { history, progress: model.progress }
    })
    const all = await onRanks(subject, worldSize, async (communicator) => {
      const { x, y } = shardOf(data, lengths, communicator.rank)
      return using(modelOf(subject, { layers: network }, communicator), async (model) => {
        const { history } = await model.fit(x, y, options)
        return { history, progress: model.progress }
      })
    })
    for (const { history, progress } of all) {
      expectSame('names', Object.keys(history).join(), Object.keys(one.history).join())
      const expected = figures(one.history)
      for (const [index, value] of figures(history).entries())
        expectAtMost(`difference of figure ${index}`, Math.abs(value - (expected[index] ?? Number.NaN)), 1e-6)
      expectSame('steps', progress.step, one.progress.step)
      expectSame('samples', progress.samples, one.progress.samples)
    }
  }
}

const batchOf4 = 4

/** Data of any length, weights of samples, several outputs. */
export const dataShapeTests: DistributedTests = {
  ...Object.fromEntries(
    [2, 3, 4].map((worldSize) => [
      `data of ${worldSize} ranks × batch ± 1 samples ends, with the figures of one process`,
      async (subject: GroupSubject): Promise<void> => {
        for (const by of [-1, 0, 1]) await terminates(subject, worldSize * batchOf4 + by, worldSize, batchOf4)
      },
    ]),
  ),
  'fewer samples than ranks are enough': async (subject) => {
    for (const total of [1, 2, 4]) await terminates(subject, total, 5, batchOf4)
  },
  'batches smaller than the number of ranks are exact': (subject) => terminates(subject, 11, 4, 3),
  'with perWorker a batch has as many samples of every rank, until they run out': async (subject) => {
    const data = samples(13)
    const lengths = [7, 0, 6]
    const rows = [[0, 1, 2, 7, 8, 9], [3, 4, 5, 10, 11, 12], [6]]
    const one = await using(modelOf(subject, { layers: network }), async (model) => {
      for (const batch of rows) {
        const { x, y } = inOrder(data, batch)
        await model.trainOnBatch(x, y)
      }
      return model.getWeights()
    })
    const all = await onRanks(subject, 3, async (communicator) => {
      const { x, y } = shardOf(data, lengths, communicator.rank)
      return using(modelOf(subject, { layers: network }, communicator, { batchMode: 'perWorker' }), async (model) => {
        const { history } = await model.fit(x, y, { ...quiet, batchSize: 3 })
        expectSame('steps', model.progress.step, 3)
        expectSame('samples', model.progress.samples, 13)
        expectSame('figures', Object.keys(history).join(), 'loss,acc')
        return model.getWeights()
      })
    })
    for (const weights of all) expectAtMost('difference of the weights', distance(weights, one), 1e-6)
  },
  'trainOnBatch takes the batches of all ranks as one': async (subject) => {
    const data = samples(10)
    const lengths = [3, 0, 7]
    const one = await using(modelOf(subject, { layers: network }), async (model) => {
      const logs = [await model.trainOnBatch(data.x, data.y), await model.trainOnBatch(data.x, data.y)]
      return { logs, weights: await model.getWeights() }
    })
    const all = await onRanks(subject, 3, async (communicator) => {
      const { x, y } = shardOf(data, lengths, communicator.rank)
      return using(modelOf(subject, { layers: network }, communicator), async (model) => {
        const logs = [await model.trainOnBatch(x, y), await model.trainOnBatch(x, y)]
        return { logs, weights: await model.getWeights() }
      })
    })
    for (const { logs, weights } of all) {
      expectAtMost('difference of the weights', distance(weights, one.weights), 1e-6)
      expectAtMost('difference of the loss', Math.abs((logs[1]?.['loss'] ?? 9) - (one.logs[1]?.['loss'] ?? 0)), 1e-6)
    }
  },
  'running statistics move by the mean over all ranks, and not on those without samples alone': async (subject) => {
    const data = samples(9)
    const moved = await onRanks(subject, 2, async (communicator) => {
      const { x, y } = shardOf(data, [9, 0], communicator.rank)
      return using(modelOf(subject, { layers: withStatistics }, communicator), async (model) => {
        await model.fit(x, y, { ...quiet, batchSize: 9 })
        return model.getWeights()
      })
    })
    const one = await using(modelOf(subject, { layers: withStatistics }), async (model) => {
      await model.fit(data.x, data.y, { ...quiet, batchSize: 9 })
      return model.getWeights()
    })
    for (const weights of moved) expectAtMost('difference', distance(weights, one), 1e-6)
  },
  'weights of samples and classes count over all ranks': async (subject) => {
    const data = samples(14)
    const lengths = [9, 5]
    const weight = Array.from({ length: 14 }, (_, row) => [1, 0, 2, 0.5][row % 4] as number)
    const order = globalOrder(lengths, 5)
    const options = { ...quiet, batchSize: 5, classWeight: { 0: 2 } }
    const one = await using(modelOf(subject, { layers: network, weightedMetrics: ['accuracy'] }), async (model) => {
      const { x, y } = inOrder(data, order)
      const sampleWeight = order.map((row) => weight[row] as number)
      const { history } = await model.fit(x, y, { ...options, sampleWeight })
      return { history, weights: await model.getWeights() }
    })
    const all = await onRanks(subject, 2, async (communicator) => {
      const { x, y } = shardOf(data, lengths, communicator.rank)
      const start = startOf(lengths, communicator.rank)
      const sampleWeight = weight.slice(start, start + x.length)
      const recipe = { layers: network, weightedMetrics: ['accuracy'] }
      return using(modelOf(subject, recipe, communicator), async (model) => {
        const { history } = await model.fit(x, y, { ...options, sampleWeight })
        return { history, weights: await model.getWeights() }
      })
    })
    for (const { history, weights } of all) {
      expectAtMost('difference of the weights', distance(weights, one.weights), 1e-6)
      const expected = figures(one.history)
      for (const [index, value] of figures(history).entries())
        expectAtMost(`difference of figure ${index}`, Math.abs(value - (expected[index] ?? 9)), 1e-6)
    }
  },
  'several outputs divide by denominators of all ranks': async (subject) => {
    const data = samples(12)
    const build = (): Model => {
      const from = input({ shape: [6], name: 'features' })
      const shared = dense({ units: 4, activation: 'tanh', name: 'shared' }).apply(from)
      const left = dense({ units: 3, activation: 'softmax', name: 'left' }).apply(shared)
      const right = dense({ units: 1, name: 'right' }).apply(concatenate().apply([shared, left]))
      return functional({ inputs: from, outputs: [left, right], seed: 3 })
    }
    const compile = {
      loss: { left: 'categoricalCrossentropy', right: 'meanSquaredError' },
      lossWeights: { left: 0.3, right: 1 },
      gradientAccumulation: 2,
    }
    const weight = [1, 0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 0]
    const rights = Array.from({ length: 12 }, (_, row) => row / 10)
    const run = async (model: Model, rows: readonly number[]): Promise<Float32Array[]> => {
      const { x, y } = inOrder(data, rows)
      const targets = { left: y, right: rows.map((row) => rights[row] as number) }
      const sampleWeight = { left: rows.map((row) => weight[row] as number), right: rows.map(() => 1) }
      await model.fit(x, targets, { ...quiet, batchSize: 4, sampleWeight })
      return model.getWeights()
    }
    const lengths = [8, 1, 3]
    const { backend = reference } = subject
    const one = await using(build(), async (model) => {
      model.compile({ ...compile, backend: backend(), learner: 'sgd' })
      return run(model, globalOrder(lengths, 4))
    })
    const all = await onRanks(subject, 3, async (communicator) =>
      using(build(), async (model) => {
        model.compile({ ...compile, backend: backend(), learner: dataParallel('sgd', communicator) })
        const start = startOf(lengths, communicator.rank)
        return run(
          model,
          Array.from({ length: lengths[communicator.rank] as number }, (_, row) => start + row),
        )
      }),
    )
    for (const weights of all) expectAtMost('difference of the weights', distance(weights, one), 1e-6)
  },
}
