import { reference } from '@lockstep/backend-reference'
import { type Callback, dense, type Logs, type Model, ndarray, sequential } from '@lockstep/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const count = 10
const x = ndarray(
  Float32Array.from({ length: count }, (_, index) => index / count),
  [count, 1],
)
const y = Float32Array.from({ length: count }, (_, index) => 2 * (index / count) + 1)
const quiet = { verbose: 0, shuffle: false } as const
let model: Model

beforeEach(() => {
  model = sequential([dense({ units: 1, inputShape: [1] })], { seed: 1 })
  model.compile({ backend: reference(), loss: 'meanSquaredError', metrics: ['mae'], learner: 'sgd' })
})
afterEach(() => model.dispose())

function recorder(): Callback & { readonly batches: Logs[] } {
  const batches: Logs[] = []
  return { batches, onBatchEnd: (_, logs) => void batches.push(logs) }
}

function* batches(size: number, repeats = 1) {
  for (let pass = 0; pass < repeats; pass++) {
    for (let start = 0; start < count; start += size)
      yield { x: x.slice(start, start + size), y: y.slice(start, start + size) }
  }
}

async function hashAfter(train: (model: Model) => Promise<unknown>): Promise<string> {
  const other = sequential([dense({ units: 1, inputShape: [1] })], { seed: 1 })
  other.compile({ backend: reference(), loss: 'meanSquaredError', learner: 'sgd' })
  await train(other)
  return other.parametersSha256()
}

describe('data for fit', () => {
  it('cuts arrays into batches, the last with the rest', async () => {
    const seen = recorder()
    await model.fit(x, y, { batchSize: 4, epochs: 2, callbacks: [seen], ...quiet })
    expect(seen.batches.map((logs) => logs['size'])).toEqual([4, 4, 2, 4, 4, 2])
    expect(model.progress).toMatchObject({ step: 6, samples: 20, epoch: 2, batch: 0 })
  })

  it('takes typed arrays, nested numbers, records, iterables and async iterables alike', async () => {
    const expected = await hashAfter((m) => m.fit(x, y, { batchSize: 4, epochs: 2, ...quiet }))
    const nested = Array.from(x.data as Float32Array, (value) => [value])
    const input = model.network.inputs[0]?.name as string
    const again = { [Symbol.iterator]: () => batches(4) }
    async function* later() {
      yield* batches(4, 2)
    }
    const options = { batchSize: 4, epochs: 2, ...quiet }
    expect(await hashAfter((m) => m.fit(x.data as Float32Array, Array.from(y), options))).toBe(expected)
    expect(await hashAfter((m) => m.fit(nested, y, options))).toBe(expected)
    expect(await hashAfter((m) => m.fit({ [input]: x }, { dense_1: y }, options))).toBe(expected)
    expect(await hashAfter((m) => m.fit(again, options))).toBe(expected)
    expect(await hashAfter((m) => m.fit([...batches(4)], options))).toBe(expected)
    expect(await hashAfter((m) => m.fit(later(), { ...options, stepsPerEpoch: 3 }))).toBe(expected)
  })

  it('says when a dataset ends too early', async () => {
    await expect(model.fit(batches(4), { stepsPerEpoch: 5, ...quiet })).rejects.toThrow(
      /ended after 3 batches.*stepsPerEpoch is 5/,
    )
  })

  it('limits an epoch by stepsPerEpoch and begins at initialEpoch', async () => {
    const { epoch } = await model.fit(x, y, { batchSize: 2, stepsPerEpoch: 2, initialEpoch: 1, epochs: 3, ...quiet })
    expect(epoch).toEqual([1, 2])
    expect(model.progress.step).toBe(4)
  })

  it('validates on a split, on arrays, with weights', async () => {
    const split = await model.fit(x, y, { validationSplit: 0.3, ...quiet })
    expect(Object.keys(split.history)).toEqual(['val_loss', 'val_mean_absolute_error', 'loss', 'mean_absolute_error'])
    const direct = await model.evaluate(x.slice(7), y.slice(7))
    expect(split.history['val_loss']?.[0]).toBe(direct['loss'])
    const weighted = await model.fit(x, y, {
      validationData: [x, y, [1, ...new Array<number>(9).fill(0)]],
      epochs: 1,
      ...quiet,
    })
    const first = await model.evaluate(x.slice(0, 1), y.slice(0, 1))
    expect(weighted.history['val_loss']?.[0]).toBeCloseTo(first['loss'] as number, 6)
  })

  it('shuffles every epoch anew, by seed and epoch alone', async () => {
    const order = async (epochs: number, initialEpoch = 0): Promise<number[]> => {
      const seen: number[] = []
      const spy = sequential([dense({ units: 1, useBias: false, kernelInitializer: 'zeros', inputShape: [1] })])
      spy.compile({ backend: reference(), loss: 'meanSquaredError', learner: 'sgd' })
      spy.setLearningRate(0)
      await spy.fit(x, y, {
        batchSize: 1,
        epochs,
        initialEpoch,
        verbose: 0,
        callbacks: [{ onBatchEnd: (_, logs) => void seen.push(Math.sqrt(logs['loss'] as number)) }],
      })
      await spy.dispose()
      return seen.map((value) => Math.round((value - 1) * 5))
    }
    const both = await order(2)
    const sorted = Array.from({ length: count }, (_, index) => index)
    expect([...both.slice(0, count)].sort((a, b) => a - b)).toEqual(sorted)
    expect(both.slice(0, count)).not.toEqual(sorted)
    expect(both.slice(count)).not.toEqual(both.slice(0, count))
    expect(await order(2, 1)).toEqual(both.slice(count))
  })

  it('tells metrics of one name apart', async () => {
    model.compile({ backend: reference(), loss: 'meanSquaredError', metrics: ['mae', 'mae'], learner: 'sgd' })
    expect(Object.keys(await model.evaluate(x, y))).toEqual(['loss', 'mean_absolute_error', 'mean_absolute_error_1'])
  })

  it('trains and tests on single batches', async () => {
    const before = await model.testOnBatch(x, y)
    const logs = await model.trainOnBatch(x, y)
    expect(logs).toEqual(before)
    expect((await model.testOnBatch(x, y))['loss']).toBeLessThan(before['loss'] as number)
  })
})
