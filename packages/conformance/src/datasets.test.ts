import { reference } from '@lockstep/backend-reference'
import { type Callback, type DatasetBatch, dense, type Model, ndarray, sequential } from '@lockstep/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let model: Model
const quiet = { verbose: 0 } as const

beforeEach(() => {
  // With a rate of 0 and a weight of 0 the loss of a batch is the mean of its squared targets.
  model = sequential([dense({ units: 1, useBias: false, kernelInitializer: 'zeros', inputShape: [1] })])
  model.compile({ backend: reference(), loss: 'mse', learner: 'sgd' })
  model.setLearningRate(0)
})
afterEach(() => model.dispose())

function* counting(from = 0, count = Number.POSITIVE_INFINITY): Generator<DatasetBatch> {
  for (let value = from; value < from + count; value++) yield { x: [[1], [1]], y: [[value], [value]] }
}

function recorder(): Callback & { readonly seen: number[] } {
  const seen: number[] = []
  return { seen, onBatchEnd: (_, { loss }) => void seen.push(Math.sqrt(loss as number)) }
}

describe('batches of a dataset', () => {
  it('that can be iterated anew begin anew every epoch', async () => {
    const watch = recorder()
    const endless = { [Symbol.iterator]: () => counting(1) }
    await model.fit(endless, { ...quiet, epochs: 2, stepsPerEpoch: 3, callbacks: [watch] })
    expect(watch.seen).toEqual([1, 2, 3, 1, 2, 3])
  })

  it('of one iterator go on from epoch to epoch', async () => {
    const watch = recorder()
    await model.fit(counting(1), { ...quiet, epochs: 2, stepsPerEpoch: 3, callbacks: [watch] })
    expect(watch.seen).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('are skipped up to where training is resumed', async () => {
    const watch = recorder()
    const anew = { [Symbol.iterator]: () => counting(1, 4) }
    const stop: Callback = {
      onBatchEnd: (batch) => {
        if (batch === 1) model.stopTraining = true
      },
    }
    await model.fit(anew, { ...quiet, callbacks: [watch, stop] })
    await model.fit(anew, { ...quiet, resume: true, epochs: 2, callbacks: [watch] })
    expect(watch.seen).toEqual([1, 2, 3, 4, 1, 2, 3, 4])
  })

  it('may be asked of the model itself while it trains', async () => {
    async function* played(): AsyncGenerator<DatasetBatch> {
      for (let round = 0; round < 3; round++) {
        const { data } = await model.predict([[1], [2]])
        yield { x: [[1], [2]], y: [[data[0] as number], [data[1] as number]] }
      }
    }
    const { history } = await model.fit(played(), quiet)
    expect(history['loss']).toEqual([0])
    expect(await model.evaluate(played())).toEqual({ loss: 0 })
  })

  it('may be tuples with weights', async () => {
    const batch = [ndarray([[1], [1]]), ndarray([[3], [5]]), [1, 0]] as const
    const { history } = await model.fit([batch], quiet)
    expect(history['loss']).toEqual([9])
  })

  it.each([
    ['nothing', () => model.fit(counting(0, 0), quiet), /gave no batch in epoch 0/],
    [
      'one pass for two epochs',
      () => model.fit(counting(0, 2), { ...quiet, epochs: 2 }),
      /gave no batch in epoch 1.*anew/,
    ],
    ['too few', () => model.fit(counting(0, 2), { ...quiet, stepsPerEpoch: 3 }), /ended after 2 batches/],
    ['nothing to evaluate', () => model.evaluate(counting(0, 0)), /gave no batch/],
    ['numbers', () => model.fit(new Set([1, 2]) as never, quiet), /yielded 1.*\{ x, y \}/],
    ['inputs alone', () => model.fit([{ x: [[1]], y: undefined }] as never, quiet), /y is undefined/],
    [
      'weights beside it',
      () => model.fit(counting(), { ...quiet, stepsPerEpoch: 1, sampleWeight: [1] }),
      /sampleWeight/,
    ],
    ['no whole number of steps', () => model.evaluate(counting(), { steps: 1.5 }), /steps is 1.5/],
  ])('are refused when it has %s', async (_, work, message) => {
    await expect(work()).rejects.toThrow(message)
    await expect(work()).rejects.toMatchObject({ name: 'LockstepError' })
  })
})
