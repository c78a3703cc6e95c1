import { reference } from '@lockstep/backend-reference'
import {
  batchNormalization,
  type Callback,
  type CompileOptions,
  dense,
  deserializeModel,
  dropout,
  type FitOptions,
  type Model,
  sequential,
} from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { samples } from './training/subjects.ts'

const { x, y } = samples(22)
const options = { batchSize: 3, epochs: 2, verbose: 0 } as const

function network(compile: Partial<CompileOptions> = {}): Model {
  const model = sequential(
    [
      dense({ units: 4, activation: 'tanh', inputShape: [6] }),
      dropout({ rate: 0.3 }),
      batchNormalization(),
      dense({ units: 3, activation: 'softmax' }),
    ],
    { seed: 2 },
  )
  model.compile({
    backend: reference(),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    learner: 'momentum',
    ...compile,
  })
  return model
}

/** Weights and figures that a training which nothing interrupts ends with. */
async function uninterrupted(compile: Partial<CompileOptions>, fit: FitOptions = {}) {
  await using model = network(compile)
  const { history } = await model.fit(x, y, { ...options, ...fit })
  return { hash: await model.parametersSha256(), loss: history['loss']?.at(-1), acc: history['acc']?.at(-1) }
}

async function goneOn(file: Uint8Array, compile: Partial<CompileOptions>, fit: FitOptions = {}) {
  await using model = await deserializeModel(file, { ...compile, backend: reference() })
  const { history } = await model.fit(x, y, { ...options, ...fit, resume: true })
  return { hash: await model.parametersSha256(), loss: history['loss']?.at(-1), acc: history['acc']?.at(-1) }
}

function atBatch(number: number, act: () => void): Callback {
  let seen = 0
  return {
    onBatchEnd: () => {
      if (++seen === number) act()
    },
  }
}

const groupings: readonly (readonly [string, Partial<CompileOptions>])[] = [
  ['single steps', {}],
  ['accumulated gradients', { gradientAccumulation: 3 }],
  ['fused steps', { stepsPerExecution: 3 }],
]

describe.each(groupings)('with %s', (_, compile) => {
  it('a model saved at any batch goes on to the same bits', async () => {
    const expected = await uninterrupted(compile)
    const files: Uint8Array[] = []
    await using model = network(compile)
    const save: Callback = { onBatchEnd: async () => void files.push(await model.serialize()) }
    await model.fit(x, y, { ...options, callbacks: [save] })
    expect(files).toHaveLength(16)
    for (const at of [0, 1, 3, 4, 6, 7, 12]) expect(await goneOn(files[at] as Uint8Array, compile)).toEqual(expected)
  })

  it('training stopped at any batch goes on to the same bits', async () => {
    const expected = await uninterrupted(compile)
    for (const batch of [1, 2, 3, 8]) {
      await using model = network(compile)
      const stop = atBatch(batch, () => {
        model.stopTraining = true
      })
      await model.fit(x, y, { ...options, callbacks: [stop] })
      expect(await goneOn(await model.serialize(), compile)).toEqual(expected)
      await model.fit(x, y, { ...options, resume: true })
      expect(await model.parametersSha256()).toBe(expected.hash)
    }
  })

  it('a model saved at an epoch’s end, or at any moment from outside, goes on to the same bits', async () => {
    const expected = await uninterrupted(compile)
    await using model = network(compile)
    const files: Promise<Uint8Array>[] = []
    const save: Callback = { onEpochEnd: (epoch) => void (epoch === 0 && files.push(model.serialize())) }
    const unasked: Callback = { onBatchBegin: (batch) => void (batch % 3 === 1 && files.push(model.serialize())) }
    await model.fit(x, y, { ...options, callbacks: [save, unasked] })
    for (const file of await Promise.all(files)) expect(await goneOn(file, compile)).toEqual(expected)
  })
})

it('stopping at the last batch of an epoch completes it', async () => {
  await using model = network()
  const stop = atBatch(8, () => {
    model.stopTraining = true
  })
  const { history, epoch } = await model.fit(x, y, { ...options, validationData: [x, y], callbacks: [stop] })
  expect(epoch).toEqual([0])
  expect(history['val_loss']).toHaveLength(1)
  expect(model.progress).toMatchObject({ step: 8, epoch: 1, batch: 0 })
})

it('stopping before an epoch’s end leaves out its validation', async () => {
  await using model = network()
  const stop = atBatch(3, () => {
    model.stopTraining = true
  })
  const { history } = await model.fit(x, y, { ...options, validationData: [x, y], callbacks: [stop] })
  expect(Object.keys(history)).toEqual(['loss', 'acc'])
  expect(model.progress).toMatchObject({ step: 3, epoch: 0, batch: 3 })
})

it('no epochs are no training', async () => {
  await using model = network()
  const before = await model.parametersSha256()
  const heard: string[] = []
  const { epoch } = await model.fit(x, y, {
    ...options,
    epochs: 0,
    callbacks: [{ onTrainBegin: () => void heard.push('begin'), onTrainEnd: () => void heard.push('end') }],
  })
  expect(epoch).toEqual([])
  expect(heard).toEqual(['begin', 'end'])
  expect(await model.parametersSha256()).toBe(before)
})

describe('after an error', () => {
  /** Trains again and predicts: nothing of the failed call may be left. */
  async function expectUsable(model: Model): Promise<void> {
    const expected = await uninterrupted({})
    expect((await model.predict(x)).shape).toEqual([22, 3])
    await model.setWeights(await network().getWeights())
    model.compile({ ...(model.compiled?.options as CompileOptions), learner: 'momentum' })
    const { history } = await model.fit(x, y, options)
    expect(history['loss']?.at(-1)).toBe(expected.loss)
    expect(await model.parametersSha256()).toBe(expected.hash)
  }

  function* batches(count: number, closed: { times: number }) {
    try {
      for (let start = 0; start < 3 * count; start += 3)
        yield { x: x.slice(start, start + 3), y: y.slice(start, start + 3) }
      throw new Error('the disk is gone')
    } finally {
      closed.times++
    }
  }

  it('of the dataset, every batch before it is trained and told of', async () => {
    await using model = network()
    const seen: number[] = []
    const failing = { [Symbol.iterator]: () => batches(3, { times: 0 }) }
    const callbacks = [{ onBatchEnd: (batch: number) => void seen.push(batch) }]
    await expect(model.fit(failing, { ...options, callbacks })).rejects.toThrow('the disk is gone')
    expect(seen).toEqual([0, 1, 2])
    expect(model.progress).toMatchObject({ step: 3, samples: 9, batch: 3 })
    await expectUsable(model)
  })

  it('of a callback, at each of its hooks', async () => {
    for (const hook of ['onTrainBegin', 'onEpochBegin', 'onBatchBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd']) {
      await using model = network()
      const failing: Callback = { [hook]: () => Promise.reject(new Error(`no ${hook}`)) }
      await expect(model.fit(x, y, { ...options, callbacks: [failing] })).rejects.toThrow(`no ${hook}`)
      await expectUsable(model)
    }
  })

  it('of evaluate’s and of bad data', async () => {
    await using model = network()
    const failing = { [Symbol.iterator]: () => batches(3, { times: 0 }) }
    await expect(model.evaluate(failing)).rejects.toThrow('the disk is gone')
    await expect(
      model.fit(
        [
          { x: x.slice(0, 3), y: y.slice(0, 3) },
          { x: 1, y },
        ] as never,
        options,
      ),
    ).rejects.toThrow()
    await expectUsable(model)
  })

  it('iterators that fit asked for are closed, and those of the caller are not', async () => {
    await using model = network()
    const closed = { times: 0 }
    const anew = { [Symbol.iterator]: () => batches(4, closed) }
    await model.fit(anew, { ...options, stepsPerEpoch: 2 })
    expect(closed.times).toBe(2)
    const failing = { onBatchEnd: () => Promise.reject(new Error('full')) }
    await expect(model.fit(anew, { ...options, callbacks: [failing] })).rejects.toThrow('full')
    expect(closed.times).toBe(3)
    await model.evaluate(anew, { steps: 2 })
    expect(closed.times).toBe(4)
    const own = batches(4, closed)
    await model.fit(own, { ...options, epochs: 1, stepsPerEpoch: 2 })
    expect(own.next().done).toBe(false)
    expect(closed.times).toBe(4)
  })
})
