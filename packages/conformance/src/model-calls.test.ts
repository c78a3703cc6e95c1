import { reference } from '@lockstep/backend-reference'
import {
  type Backend,
  type Callback,
  type CompileOptions,
  defineLearner,
  dense,
  deserializeModel,
  type Layer,
  type Model,
  ops,
  sequential,
} from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { samples } from './training/subjects.ts'

const { x, y } = samples(20)
const options = { batchSize: 4, epochs: 2, verbose: 0 } as const

function network(layers: Layer[] = [], compile: Partial<CompileOptions> = {}): Model {
  const stack = layers.length > 0 ? layers : [dense({ units: 3, activation: 'softmax', inputShape: [6] })]
  const model = sequential(stack, { seed: 1 })
  model.compile({ backend: reference(), loss: 'categoricalCrossentropy', learner: 'momentum', ...compile })
  return model
}

/** What `fit` alone leads to. */
async function alone() {
  await using model = network()
  const { history } = await model.fit(x, y, options)
  return { hash: await model.parametersSha256(), losses: history['loss'] }
}

async function outcome(model: Model) {
  return { hash: await model.parametersSha256(), losses: model.history?.history['loss'] }
}

/** The reference backend, with how many of its replicas are open. */
function counted(): { readonly backend: Backend; open: number } {
  const backend = reference()
  const counts = {
    open: 0,
    backend: {
      ...backend,
      name: backend.name,
      descriptor: backend.descriptor,
      capabilities: backend.capabilities,
      devices: () => backend.devices(),
      open: async (...given: Parameters<Backend['open']>) => {
        const replica = await backend.open(...given)
        counts.open++
        const dispose = replica[Symbol.asyncDispose].bind(replica)
        replica[Symbol.asyncDispose] = async () => {
          counts.open--
          await dispose()
        }
        return replica
      },
    },
  }
  return counts
}

describe('calls at one time', () => {
  it('a refused call leaves the running one as it was', async () => {
    await using model = network()
    const running = model.fit(x, y, options)
    await expect(model.fit(x, y, options)).rejects.toThrow(/fit was called while fit is running/)
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(/trainOnBatch was called while fit is running/)
    expect(() => model.compile({ backend: reference() })).toThrow(/compile was called while fit is running/)
    expect(await running).toBe(model.history)
    expect(await outcome(model)).toEqual(await alone())
    expect(model.progress).toMatchObject({ step: 10, epoch: 2, batch: 0 })
  })

  it('fit refused for its arguments changes nothing', async () => {
    await using model = network()
    const history = await model.fit(x, y, options)
    const before = { ...model.progress }
    await expect(model.fit(x, y, { ...options, epochs: -1 })).rejects.toThrow(/epochs is -1/)
    await expect(model.fit(x, y.slice(1), options)).rejects.toThrow(/samples/)
    expect(model.history).toBe(history)
    expect(model.progress).toEqual(before)
  })

  it('predictions made together are each their own', async () => {
    await using model = network()
    const parts = [x.slice(0, 10), x.slice(10), x.slice(5, 15)]
    const expected: unknown[] = []
    for (const part of parts) expected.push(await model.predict(part, { batchSize: 5 }))
    expect(await Promise.all(parts.map((part) => model.predict(part, { batchSize: 5 })))).toEqual(expected)
    const [figures] = await Promise.all([model.evaluate(x, y), model.predict(x), model.getWeights()])
    expect(figures).toEqual(await model.evaluate(x, y))
  })

  it('asking a model that trains does not disturb it', async () => {
    await using model = network()
    const running = model.fit(x, y, options)
    const answers = Promise.all([model.predict(x), model.evaluate(x, y), model.getWeights(), model.serialize()])
    await running
    await answers
    expect(await outcome(model)).toEqual(await alone())
  })

  it('callbacks may do with the model as they like', async () => {
    await using model = network()
    const busy: Callback = {
      onBatchBegin: async () => void (await model.predict(x, { batchSize: 4 })),
      onBatchEnd: async () => {
        await model.evaluate(x, y, { batchSize: 4 })
        await model.testOnBatch(x.slice(0, 4), y.slice(0, 4))
        await model.setWeights(await model.getWeights())
        await model.serialize()
      },
      onEpochEnd: async () => void (await model.evaluate(x, y)),
    }
    await model.fit(x, y, { ...options, validationData: [x, y], callbacks: [busy] })
    expect(await outcome(model)).toEqual(await alone())
  })

  it('a callback that trains the model is refused, and fit with it', async () => {
    await using model = network()
    const greedy: Callback = { onBatchEnd: async () => void (await model.trainOnBatch(x, y)) }
    await expect(model.fit(x, y, { ...options, callbacks: [greedy] })).rejects.toThrow(/while fit is running/)
    await model.trainOnBatch(x, y)
  })
})

describe('the end of a model', () => {
  it('ends a training that is under way', async () => {
    const model = network()
    const disposed: Promise<void>[] = []
    const watch: Callback = { onBatchBegin: (batch) => void (batch === 3 && disposed.push(model.dispose())) }
    await expect(model.fit(x, y, { ...options, callbacks: [watch] })).rejects.toMatchObject({ code: 'disposed' })
    await Promise.all(disposed)
  })

  it('may be called for by a callback', async () => {
    const { backend, ...counts } = counted()
    const model = network([], { backend })
    const end: Callback = { onBatchEnd: () => model.dispose() }
    await expect(model.fit(x, y, { ...options, callbacks: [end] })).rejects.toMatchObject({ code: 'disposed' })
    expect(counts.open).toBe(0)
  })

  it('ends everything that computes or reads', async () => {
    const model = network()
    await model.predict(x)
    await Promise.all([model.dispose(), model.dispose()])
    const calls = [
      () => model.predict(x),
      () => model.getWeights(),
      () => model.setWeights([new Float32Array(18), new Float32Array(3)]),
      () => model.serialize(),
      () => model.device(),
      async () => model.compile({ backend: reference() }),
    ]
    for (const call of calls) await expect(call()).rejects.toThrow(/the model was disposed/)
  })
})

describe('replicas', () => {
  it('are not left open by a learner that cannot be compiled, nor by compiling again', async () => {
    const counts = counted()
    const across = defineLearner({
      name: 'across',
      options: {},
      defaultLearningRate: 1,
      rule: ({ parameter, gradient }) => ({ parameter: ops.sub(parameter, ops.reduceSum(gradient)), slots: {} }),
    })
    await using model = network([], { backend: counts.backend, learner: across })
    await expect(model.fit(x, y, options)).rejects.toMatchObject({ code: 'unsupported' })
    await expect(model.fit(x, y, options)).rejects.toMatchObject({ code: 'unsupported' })
    expect(counts.open).toBe(0)
    for (let round = 0; round < 3; round++) {
      model.compile({ backend: counts.backend, loss: 'mse', learner: 'adam' })
      await model.trainOnBatch(x, y)
      expect(counts.open).toBe(1)
    }
  })

  it('change under calls that wait, and the weights move along', async () => {
    const counts = counted()
    await using model = network([], { backend: counts.backend })
    await model.fit(x, y, options)
    const hash = await model.parametersSha256()
    const waiting: Promise<unknown>[] = []
    for (const learner of ['sgd', 'adam', 'momentum']) {
      model.compile({ backend: counts.backend, loss: 'mse', learner })
      waiting.push(model.predict(x).catch(() => undefined))
    }
    expect(await model.parametersSha256()).toBe(hash)
    await Promise.all(waiting)
    await model.predict(x)
    expect(await model.parametersSha256()).toBe(hash)
    expect(counts.open).toBe(1)
  })
})

it('a state that the engine keeps to itself is trained alike', async () => {
  const backend = reference()
  const elsewhere: Backend = {
    name: backend.name,
    descriptor: backend.descriptor,
    capabilities: backend.capabilities,
    devices: () => backend.devices(),
    open: async (...given) => {
      const replica = await backend.open(...given)
      return {
        device: replica.device,
        prepare: (...args) => replica.prepare(...args),
        read: (...args) => replica.read(...args),
        write: (...args) => replica.write(...args),
        [Symbol.asyncDispose]: () => replica[Symbol.asyncDispose](),
      }
    },
  }
  for (const learner of ['momentum', 'adam']) {
    await using here = network([], { learner })
    await using there = network([], { learner, backend: elsewhere })
    for (const model of [here, there]) await model.fit(x, y, options)
    const [expected, got] = [await here.getWeights(), await there.getWeights()]
    for (const [index, values] of got.entries())
      for (const [at, value] of values.entries()) expect(value).toBeCloseTo(expected[index]?.[at] as number, 5)
  }
})

it('layers may be shared by models, which keep weights of their own', async () => {
  const [first, last] = [dense({ units: 4, inputShape: [6] }), dense({ units: 3, activation: 'softmax' })]
  await using one = network([first, last])
  await using two = network([first, last])
  const before = await two.parametersSha256()
  expect(await one.parametersSha256()).toBe(before)
  await one.fit(x, y, options)
  expect(await two.parametersSha256()).toBe(before)
  await two.fit(x, y, options)
  expect(await two.parametersSha256()).toBe(await one.parametersSha256())
})

it('layers may be named like the parts of the state', async () => {
  const [first, ...others] = ['slot', 'gradient', 'batch']
  const layers = [
    dense({ units: 3, name: first as string, inputShape: [6] }),
    ...others.map((name) => dense({ units: 3, name })),
  ]
  await using model = network(layers)
  await model.fit(x, y, options)
  const hash = await model.parametersSha256()
  const file = await model.serialize()
  await using loaded = await deserializeModel(file)
  expect(await loaded.parametersSha256()).toBe(hash)
  loaded.compile({ backend: reference(), loss: 'mse', learner: 'adam' })
  await loaded.predict(x)
  expect(await loaded.parametersSha256()).toBe(hash)
  model.compile({ backend: reference(), loss: 'mse', learner: 'adam' })
  expect(await model.parametersSha256()).toBe(hash)
})
