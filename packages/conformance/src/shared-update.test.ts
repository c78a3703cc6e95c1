import { reference } from '@lockstep/backend-reference'
import { adam, type Callback, dense, dropout, ndarray, sequential } from '@lockstep/core'
import { expect, test } from 'vitest'

const [samples, width] = [22, 260]
const values = Float32Array.from({ length: samples * width }, (_, index) => Math.sin(index))
const x = ndarray(values, [samples, width])
const y = ndarray(values.slice(0, samples), [samples, 1])

interface Options {
  readonly accumulation?: number
  readonly callbacks?: readonly Callback[]
}

interface Trained {
  readonly loss: readonly number[] | undefined
  readonly weights: readonly Float32Array[]
}

/** Weights after two epochs of a model large enough for updates to be shared with other threads. */
async function trained(threads: number, { accumulation = 1, callbacks = [] }: Options = {}): Promise<Trained> {
  const layers = [
    dense({ units: 256, activation: 'relu', inputShape: [width] }),
    dropout({ rate: 0.3 }),
    dense({ units: 1 }),
  ]
  const model = sequential(layers, { seed: 5 })
  model.compile({
    backend: reference(),
    loss: 'meanSquaredError',
    learner: adam(),
    threads,
    gradientAccumulation: accumulation,
  })
  const { history } = await model.fit(x, y, {
    batchSize: 4,
    epochs: 2,
    verbose: 0,
    callbacks,
  })
  const weights = await model.getWeights()
  await model.dispose()
  return { loss: history['loss'], weights }
}

test.each([1, 3])('threads share updates to the same bits, %i micro-batches a step', async (accumulation) => {
  expect(await trained(2, { accumulation })).toEqual(await trained(1, { accumulation }))
})

test('a batch that cannot be staged while others update fails where it is needed, after that update', async () => {
  const failing: Callback = {
    onBatchEnd(batch) {
      if (batch === 2) throw new Error('stop here')
    },
  }
  await expect(trained(2, { callbacks: [failing] })).rejects.toThrow('stop here')
})
