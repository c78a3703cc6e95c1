import { type Logs, type Model, ndarray } from '@lockstep/core'
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
  withDropout,
} from './subjects.ts'

const quiet = { verbose: 0, shuffle: false } as const

/** Weights after training a new model in the given way. */
function trained(subject: Subject, train: (model: Model) => Promise<unknown>, options = {}, layers = network()) {
  return using(compiled(subject, layers, { learner: 'sgd', ...options }), async (model) => {
    await train(model)
    return model.getWeights()
  })
}

/** Sums and counts: how data is cut into batches changes nothing but rounding. */
export const exactnessTests: TrainingTests = {
  'evaluate gives the same figures for every batch size': async (subject: Subject): Promise<void> => {
    const { x, y } = samples(23)
    await using(compiled(subject, network()), async (model) => {
      const whole = await model.evaluate(x, y, { batchSize: 23 })
      for (const batchSize of [1, 5, 16, 22, 32]) {
        const figures: Logs = await model.evaluate(x, y, { batchSize })
        expectAtMost(`loss error at ${batchSize}`, Math.abs((figures['loss'] ?? 9) - (whole['loss'] ?? 0)), 1e-6)
        expectSame(`accuracy at ${batchSize}`, figures['acc'], whole['acc'])
      }
    })
  },
  'predict gives the same outputs for every batch size': async (subject: Subject): Promise<void> => {
    const { x } = samples(23)
    await using(compiled(subject, network()), async (model) => {
      const whole = (await model.predict(x, { batchSize: 23 })).data as Float32Array
      for (const batchSize of [1, 7, 32]) {
        const { data, shape } = await model.predict(x, { batchSize })
        expectSame('shape', shape.join(), '23,3')
        expectAtMost('error', distance([data as Float32Array], [whole]), 1e-6)
      }
    })
  },
  'accumulated micro-batches make the update of one batch, dropout included': async (
    subject: Subject,
  ): Promise<void> => {
    const { x, y } = samples(22)
    const fit = (batchSize: number) => (model: Model) => model.fit(x, y, { batchSize, epochs: 2, ...quiet })
    const whole = await trained(subject, fit(22), {}, withDropout())
    const parts = await trained(subject, fit(8), { gradientAccumulation: 3 }, withDropout())
    expectAtMost('difference of the weights', distance(whole, parts), 1e-6)
  },
  'a weight of 2 counts as the sample twice, a weight of 0 as no sample': async (subject: Subject): Promise<void> => {
    const { x, y } = samples(6)
    const order = [0, 1, 2, 2, 4, 5]
    const repeat = (array: typeof x) =>
      ndarray(
        order.flatMap((row) => Array.from(array.slice(row, row + 1).data as Float32Array)),
        [6, array.shape[1] as number],
      )
    // Keras divides by the number of samples with a weight: 5 and 6 here, which the learning rates undo.
    const weighted = await trained(subject, async (model) => {
      model.setLearningRate(0.05)
      await model.fit(x, y, { batchSize: 6, sampleWeight: [1, 1, 2, 0, 1, 1], ...quiet })
    })
    const repeated = await trained(subject, async (model) => {
      model.setLearningRate(0.06)
      await model.fit(repeat(x), repeat(y), { batchSize: 6, ...quiet })
    })
    expectAtMost('difference of the weights', distance(weighted, repeated), 1e-6)
  },
  'class weights are sample weights by class': async (subject: Subject): Promise<void> => {
    const { x, y, labels } = samples(16)
    const classWeight = { 0: 0.5, 2: 3 }
    const sampleWeight = Array.from(labels, (label) => [0.5, 1, 3][label] as number)
    const byClass = await trained(subject, (model) => model.fit(x, y, { batchSize: 5, classWeight, ...quiet }))
    const bySample = await trained(subject, (model) => model.fit(x, y, { batchSize: 5, sampleWeight, ...quiet }))
    expectSame('difference of the weights', distance(byClass, bySample), 0)
  },
  'sparse and one-hot labels train alike': async (subject: Subject): Promise<void> => {
    const { x, y, labels } = samples(16)
    const dense = await trained(subject, (model) => model.fit(x, y, { batchSize: 5, ...quiet }))
    const loss = 'sparseCategoricalCrossentropy'
    const sparse = await trained(subject, (model) => model.fit(x, labels, { batchSize: 5, ...quiet }), { loss })
    expectAtMost('difference of the weights', distance(dense, sparse), 1e-6)
  },
  'an empty batch changes nothing and asks nothing of the engine': async (subject: Subject): Promise<void> => {
    const { x, y } = samples(4)
    await using(compiled(subject, network()), async (model) => {
      const before = await model.parametersSha256()
      await model.trainOnBatch(x.slice(0, 0), y.slice(0, 0))
      expectSame('hash of the weights', await model.parametersSha256(), before)
      expectSame('predictions', (await model.predict(x.slice(0, 0))).shape.join(), '0,3')
    })
  },
}
