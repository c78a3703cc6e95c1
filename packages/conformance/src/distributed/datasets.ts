import {
  arrayDataset,
  type Callback,
  type Dataset,
  type FitOptions,
  type IndexedDataset,
  type Model,
} from '@lockstep/core'
import { distance, expectAtMost, expectSame, samples, using, withDropout } from '../training/subjects.ts'
import { type DistributedTests, type GroupSubject, modelOf, onRanks, settledOnRanks } from './ranks.ts'

const quiet = { verbose: 0, batchSize: 6 } as const

type Options = Partial<FitOptions>

async function expectSameAsAlone(subject: GroupSubject, dataset: () => Dataset, options: Options): Promise<void> {
  const run = async (model: Model) => {
    const { history } = await model.fit(dataset(), { ...quiet, ...options })
    return { weights: await model.getWeights(), history, step: model.progress.step }
  }
  const one = await using(modelOf(subject, { layers: withDropout }), run)
  for (const worldSize of [2, 4]) {
    const all = await onRanks(subject, worldSize, (communicator) =>
      using(modelOf(subject, { layers: withDropout }, communicator), run),
    )
    for (const { weights, history, step } of all) {
      expectAtMost('difference of the weights', distance(weights, one.weights), 1e-6)
      expectAtMost(
        'difference of the loss',
        Math.abs((history['loss']?.[1] ?? 9) - (one.history['loss']?.[1] ?? 0)),
        1e-6,
      )
      expectSame('steps', step, one.step)
    }
  }
}

function* batches(): Generator<{ x: ReturnType<typeof samples>['x']; y: ReturnType<typeof samples>['y'] }> {
  const { x, y } = samples(20)
  for (const [start, end] of [
    [0, 7],
    [7, 8],
    [8, 8],
    [8, 20],
  ] as const)
    yield { x: x.slice(start, end), y: y.slice(start, end) }
}

/** Every rank gives the same dataset; the work is split. */
export const datasetTests: DistributedTests = {
  'samples by number are shuffled as in one process, and split': async (subject) => {
    const { x, y } = samples(21)
    const weights = Array.from({ length: 21 }, (_, row) => row % 3)
    const dataset = (): Dataset => arrayDataset(x, y, weights)
    for (const shuffle of [true, 'batch', false] as const)
      await expectSameAsAlone(subject, dataset, { epochs: 2, shuffle })
    await expectSameAsAlone(subject, dataset, { epochs: 2, stepsPerEpoch: 2 })
  },
  'a rank asks for its own samples alone': async (subject) => {
    const { x, y } = samples(20)
    const asked = await onRanks(subject, 2, async (communicator) => {
      const numbers: number[] = []
      const whole = arrayDataset(x, y)
      const dataset: IndexedDataset = {
        length: whole.length,
        batch: async (list) => {
          numbers.push(...list)
          return whole.batch(list)
        },
      }
      await using(modelOf(subject, { layers: withDropout }, communicator), (model) => model.fit(dataset, quiet))
      return numbers
    })
    expectSame('samples of each rank', asked.map(({ length }) => length).join(), '10,10')
    expectSame('different samples', new Set(asked.flat()).size, 20)
  },
  'batches are split': (subject) => expectSameAsAlone(subject, () => ({ [Symbol.iterator]: batches }), { epochs: 2 }),
  'with perWorker, batches go to the ranks in turn': async (subject) => {
    const sizes = await onRanks(subject, 3, async (communicator) =>
      using(modelOf(subject, { layers: withDropout }, communicator, { batchMode: 'perWorker' }), async (model) => {
        const seen: (number | undefined)[] = []
        const watch: Callback = { onBatchEnd: (_, logs) => void seen.push(logs['size']) }
        await model.fit({ [Symbol.iterator]: batches }, { ...quiet, callbacks: [watch] })
        await model.fit(arrayDataset(samples(20).x, samples(20).y), { ...quiet, callbacks: [watch] })
        return seen.join()
      }),
    )
    for (const each of sizes) expectSame('sizes of global batches', each, '8,12,18,2')
  },
  'datasets that differ between the ranks are refused': async (subject) => {
    const results = await settledOnRanks(subject, 2, async (communicator) => {
      const { x, y } = samples(8 + communicator.rank)
      await using(modelOf(subject, { layers: withDropout }, communicator), (model) => model.fit([{ x, y }], quiet))
    })
    const messages = results.map((result) => (result.status === 'rejected' ? String(result.reason) : 'success'))
    const told = messages.filter((message) => /hold \d+ samples together, but rank \d has a part of/.test(message))
    expectSame('ranks that say so', told.length > 0 && !messages.includes('success'), true)
    const lengths = await settledOnRanks(subject, 2, async (communicator) => {
      const { x, y } = samples(8 + communicator.rank)
      await using(modelOf(subject, { layers: withDropout }, communicator), (model) =>
        model.fit(arrayDataset(x, y), quiet),
      )
    })
    for (const result of lengths) {
      const message = result.status === 'rejected' ? String(result.reason) : 'success'
      expectSame(message, /a dataset of 8 samples" on rank 0 and .*9 samples/.test(message), true)
    }
  },
}
