import type { Logs } from '@lockstep/core'
import { expectAtMost, expectSame, network, samples, using } from '../training/subjects.ts'
import { shardOf } from './global-order.ts'
import { type DistributedTests, type GroupSubject, modelOf, onRanks } from './ranks.ts'

function expectFigures(got: Logs, expected: Logs): void {
  expectSame('names', Object.keys(got).join(), Object.keys(expected).join())
  for (const [name, value] of Object.entries(expected))
    expectAtMost(`difference of ${name}`, Math.abs((got[name] ?? 9) - value), 1e-6)
}

const alone = (subject: GroupSubject, count: number): Promise<Logs> =>
  using(modelOf(subject, { layers: network }), (model) => {
    const { x, y } = samples(count)
    return model.evaluate(x, y)
  })

/** Evaluation split over ranks is exact; asking is local. */
export const measuringTests: DistributedTests = {
  'evaluate splits what all ranks have, and gives all of them the figures of one process': async (subject) => {
    for (const count of [23, 2]) {
      const expected = await alone(subject, count)
      const all = await onRanks(subject, 3, async (communicator) =>
        using(modelOf(subject, { layers: network }, communicator), async (model) => {
          const { x, y } = samples(count)
          return [await model.evaluate(x, y, { batchSize: 4 }), await model.testOnBatch(x, y)]
        }),
      )
      for (const each of all) for (const logs of each) expectFigures(logs, expected)
    }
  },
  'evaluate takes each rank’s own part where it is told so': async (subject) => {
    const lengths = [11, 0, 12]
    const expected = await alone(subject, 23)
    const all = await onRanks(subject, 3, async (communicator) =>
      using(modelOf(subject, { layers: network }, communicator), async (model) => {
        const { x, y } = shardOf(samples(23), lengths, communicator.rank)
        return model.evaluate(x, y, { sharded: true })
      }),
    )
    for (const logs of all) expectFigures(logs, expected)
  },
  'evaluate measures batches of a dataset, and steps of it, as one process does': async (subject) => {
    const { x, y } = samples(20)
    const batches = [0, 7, 9].map((start, index) => ({
      x: x.slice(start, [7, 9, 20][index]),
      y: y.slice(start, [7, 9, 20][index]),
    }))
    const expected = await using(modelOf(subject, { layers: network }), (model) =>
      model.evaluate(batches, { steps: 2 }),
    )
    const all = await onRanks(subject, 3, async (communicator) =>
      using(modelOf(subject, { layers: network }, communicator, { batchMode: 'perWorker' }), async (model) => [
        await model.evaluate(batches, { steps: 2 }),
        await model.evaluate(x, y, { batchSize: 3, steps: 3 }),
      ]),
    )
    for (const [logs, ofArrays] of all) {
      expectFigures(logs as Logs, expected)
      expectFigures(ofArrays as Logs, expected)
    }
  },
  'what is split off the ranks’ own arrays is measured over all of them': async (subject) => {
    const lengths = [10, 20]
    const all = await onRanks(subject, 2, async (communicator) =>
      using(modelOf(subject, { layers: network }, communicator), async (model) => {
        const { x, y } = shardOf(samples(30), lengths, communicator.rank)
        const told: unknown[] = []
        const onTrainBegin = ({ params }: { params: { samples?: number; validationSamples?: number } }) =>
          void told.push(params.samples, params.validationSamples)
        const fit = { verbose: 0, validationSplit: 0.2, callbacks: [{ onTrainBegin }] } as const
        const { history } = await model.fit(x, y, fit)
        return { history, told: told.join() }
      }),
    )
    expectSame('samples', all[0]?.told, '24,6')
    expectSame('both ranks', JSON.stringify(all[1]), JSON.stringify(all[0]))
  },
  'predict is each rank’s own affair': async (subject) => {
    const { x } = samples(6)
    const shapes = await onRanks(subject, 2, async (communicator) =>
      using(modelOf(subject, { layers: network }, communicator), async (model) => {
        const { shape } = await model.predict(x.slice(0, 2 + communicator.rank))
        return shape.join()
      }),
    )
    expectSame('shapes', shapes.join(' '), '2,3 3,3')
  },
}
