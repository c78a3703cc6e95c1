import { reference } from '@lockstep/backend-reference'
import {
  add,
  type Callback,
  type CompileOptions,
  dense,
  dropout,
  embedding,
  flatten,
  model as functional,
  input,
  type Logs,
  lambda,
  type Model,
  ndarray,
  ops,
  regularizers,
  sequential,
  sgd,
  terminateOnNaN,
} from '@lockstep/core'
import { describe, expect, it } from 'vitest'

const quiet = { verbose: 0, shuffle: false } as const

/** Data of every form that a model may take. */
describe('models of several inputs and outputs', () => {
  const [count, left, right] = [
    5,
    ndarray([[1], [2], [3], [4], [5]]),
    ndarray([
      [1, 0],
      [0, 1],
      [1, 1],
      [0, 0],
      [2, 2],
    ]),
  ]
  const [sums, doubles] = [ndarray([[2], [3], [5], [4], [9]]), ndarray([[2], [4], [6], [8], [10]])]

  function twoOf(compile: Partial<CompileOptions> = {}): Model {
    const a = input({ shape: [1], name: 'a' })
    const b = input({ shape: [2], name: 'b' })
    const sum = add({ name: 'sum' }).apply([a, dense({ units: 1, kernelInitializer: 'ones', name: 'of' }).apply(b)])
    const double = dense({ units: 1, kernelInitializer: 'ones', name: 'double' }).apply(a)
    const model = functional({ inputs: [a, b], outputs: [sum, double] })
    model.compile({ backend: reference(), loss: 'mse', learner: sgd({ learningRate: 0.01 }), ...compile })
    return model
  }

  it('take lists and records alike', async () => {
    await using model = twoOf()
    const named = await model.evaluate({ b: right, a: left }, { double: doubles, sum: sums })
    expect(await model.evaluate([left, right], [sums, doubles])).toEqual(named)
    // The sums are exact; doubles are off by 1 … 5, of which the squares have the mean 11.
    expect(named).toEqual({ loss: 11, sum_loss: 0, double_loss: 11 })
    const [sum, double] = await model.predictAll({ a: left, b: right }, { batchSize: 2 })
    expect([sum?.shape, Array.from(sum?.data ?? [])]).toEqual([
      [count, 1],
      [2, 3, 5, 4, 9],
    ])
    expect(Array.from(double?.data ?? [])).toEqual([1, 2, 3, 4, 5])
  })

  it('weigh samples by output, in the loss and where metrics ask for it', async () => {
    await using model = twoOf({ metrics: { double: ['mae'] }, weightedMetrics: ['mae'], lossWeights: [1, 10] })
    const weights = { sum: [1, 1, 1, 1, 1], double: [0, 2, 0, 0, 0] }
    const figures = await model.evaluate([left, right], [sums, doubles], { sampleWeight: weights, batchSize: 2 })
    expect(figures).toEqual({
      loss: 80,
      sum_loss: 0,
      double_loss: 8,
      sum_mean_absolute_error: 0,
      double_mean_absolute_error: 3,
      double_mean_absolute_error_1: 2,
    })
    const listed = [ndarray(weights.sum), ndarray(weights.double)]
    expect(await model.evaluate([left, right], [sums, doubles], { sampleWeight: listed })).toEqual(figures)
    const { history } = await model.fit([left, right], [sums, doubles], {
      ...quiet,
      validationData: [[left, right], [sums, doubles], weights],
    })
    expect(Object.keys(history)).toHaveLength(12)
  })

  it.each<readonly [string, (model: Model) => unknown, RegExp]>([
    ['one array for two', (model) => model.predict(left), /x has 1 arrays; expected 2: a, b/],
    ['an unknown name', (model) => model.predict({ a: left, c: right }), /x has the keys a, c; expected a, b/],
    [
      'nothing for one',
      (model) => model.predict({ a: left, b: undefined as never }),
      /x is undefined; expected numbers for b/,
    ],
    ['nothing', (model) => model.evaluate([left, right], undefined as never), /y is undefined; .* sum, double/],
    ['other lengths', (model) => model.predict([left, right.slice(1)]), /x has 5 samples but x has 4/],
    [
      'a loss for no output',
      () => twoOf({ loss: { sum: 'mse', dubble: 'mse' } }),
      /unknown output in loss 'dubble'; did you mean 'double'/,
    ],
    [
      'metrics for no output',
      () => twoOf({ metrics: { sums: ['mae'] } }),
      /unknown output in metrics 'sums'; did you mean 'sum'/,
    ],
    ['a weight that is no number', () => twoOf({ lossWeights: { sum: 1, double: Number.NaN } }), /lossWeights is NaN/],
  ])('refuse %s', async (_, work, message) => {
    await using model = twoOf()
    await expect((async () => work(model))()).rejects.toThrow(message)
  })
})

describe('words and positions', () => {
  const words = ndarray(Int32Array.of(0, 1, 2, 3, 4, 4), [2, 3])
  const classes = ndarray(Uint8Array.of(0, 1, 0, 1, 1, 0), [2, 3])

  function tagger(): Model {
    const model = sequential([
      embedding({ inputDim: 5, outputDim: 4, inputShape: [3] }),
      dense({ units: 2, activation: 'softmax' }),
    ])
    model.compile({
      backend: reference(),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
      learner: 'adam',
    })
    return model
  }

  it('have a class at every position', async () => {
    await using model = tagger()
    model.setLearningRate(0.1)
    const { history } = await model.fit(words, classes, { ...quiet, epochs: 30 })
    expect(history['loss']?.at(-1)).toBeLessThan(0.3)
    expect((await model.predict(words)).shape).toEqual([2, 3, 2])
    await expect(model.fit(words, [0, 1], quiet)).rejects.toThrow(/y "dense_1" has shape \[2\]; expected \[2, 3\]/)
    await expect(
      model.fit(
        words,
        ndarray([
          [0, 1, 0],
          [1, 2, 0],
        ]),
        quiet,
      ),
    ).rejects.toThrow(/for sample 1 is 2; expected a class number from 0 to 1/)
    await expect(model.fit(words, classes, { ...quiet, classWeight: { 0: 2 } })).rejects.toThrow(
      /classWeight needs one class per sample/,
    )
  })

  it.each([5, -1, 1.5, Number.NaN, 2 ** 40])('the word %s is refused before anything computes', async (word) => {
    await using model = tagger()
    const bad = ndarray([
      [0, 1, 2],
      [3, word, 4],
    ])
    const expected = `input "embedding_1_input" holds ${word} in sample 1; expected a whole number from 0 to 4`
    await expect(model.predict(bad)).rejects.toMatchObject({ code: 'invalid-data', message: expected })
    await expect(model.fit(bad, classes, quiet)).rejects.toThrow(expected)
    await expect(model.fit([{ x: bad, y: classes }], quiet)).rejects.toThrow(expected)
    await expect(model.fit(words, classes, { ...quiet, validationData: [bad, classes] })).rejects.toThrow(expected)
  })

  it('that several tables share are those of the smallest; other integers may be any', async () => {
    const from = input({ shape: [1], dtype: 'int32', name: 'word' })
    const tables = [7, 3].map((inputDim) => flatten().apply(embedding({ inputDim, outputDim: 2 }).apply(from)))
    const other = input({ shape: [1], dtype: 'int32', name: 'count' })
    const scaled = lambda((value) => ops.cast(value, 'float32')).apply(other)
    const sum = add().apply(tables)
    await using model = functional({ inputs: [from, other], outputs: [sum, scaled] })
    model.compile({ backend: reference() })
    await expect(model.predict([ndarray([[3]]), ndarray([[3]])])).rejects.toThrow(/from 0 to 2/)
    const [, counts] = await model.predictAll([ndarray([[2]]), ndarray([[-70000]])])
    expect(Array.from(counts?.data ?? [])).toEqual([-70000])
    await expect(model.predict([ndarray([[2]]), ndarray([[0.5]])])).rejects.toThrow(/"count" holds 0.5 in sample 0/)
  })
})

describe('figures', () => {
  const [x, y] = [ndarray([[1], [2], [3], [4]]), ndarray([[0], [0], [0], [0]])]

  function scale(compile: Partial<CompileOptions> = {}): Model {
    const kernel = { kernelInitializer: 'ones', kernelRegularizer: regularizers.l2(0.5), useBias: false } as const
    const model = sequential([dense({ units: 1, inputShape: [1], ...kernel })])
    model.compile({ backend: reference(), loss: 'mse', learner: sgd({ learningRate: 0 }), ...compile })
    return model
  }

  it.each([{}, { gradientAccumulation: 2 }, { stepsPerExecution: 2 }])('add the penalty once: %o', async (compile) => {
    await using model = scale(compile)
    // The mean of 1, 4, 9 and 16, and half of 1².
    const { history } = await model.fit(x, y, { ...quiet, batchSize: 1 })
    expect(history['loss']).toEqual([8])
    expect(await model.evaluate(x, y, { batchSize: 3 })).toEqual({ loss: 8 })
  })

  it('of samples without weight are no reason to end training', async () => {
    await using model = scale()
    const seen: number[] = []
    const watch: Callback = { onBatchEnd: (_, { loss }) => void seen.push(loss as number) }
    const nan = terminateOnNaN({ raise: true })
    await model.fit(x, y, { ...quiet, batchSize: 2, sampleWeight: [0, 0, 1, 1], callbacks: [watch, nan] })
    expect(seen).toEqual([0.5, 13])
  })

  it('are missing for batches without samples, which are no steps', async () => {
    for (const compile of [{}, { gradientAccumulation: 2 }, { stepsPerExecution: 2 }]) {
      await using model = scale(compile)
      const logs: Logs[] = []
      const part = (start: number, end: number) => ({ x: x.slice(start, end), y: y.slice(start, end) })
      const data = [part(0, 0), part(0, 0), part(0, 2), part(2, 2), part(2, 2)]
      const watch: Callback = { onBatchEnd: (_, log) => void logs.push(log) }
      const { history } = await model.fit(data, { ...quiet, callbacks: [watch, terminateOnNaN({ raise: true })] })
      expect(logs.map((log) => log['loss'])).toEqual([undefined, undefined, 3, undefined, undefined])
      expect(history['loss']).toEqual([3])
      expect(model.progress).toMatchObject({ step: 1, samples: 2 })
    }
  })

  it('of no samples at all are not numbers, and are not validated on', async () => {
    await using model = scale()
    expect(await model.evaluate(x.slice(0, 0), y.slice(0, 0))).toEqual({ loss: Number.NaN })
    const empty = [x.slice(0, 0), y.slice(0, 0)] as const
    await expect(model.fit(x, y, { ...quiet, validationData: empty })).rejects.toThrow(
      /validationData holds no samples/,
    )
    for (const validationSplit of [0.9, 1e-18, Number.NaN])
      await expect(model.fit(x, y, { ...quiet, validationSplit })).rejects.toThrow(/validationSplit is .* of 4 samples/)
  })

  it.each([{}, { gradientAccumulation: 2 }, { stepsPerExecution: 2 }])(
    'that are not finite are traced to the data: %o',
    async (compile) => {
      const model = sequential([dropout({ rate: 0.5, inputShape: [1] }), dense({ units: 1, name: 'line' })])
      await using compiled = model
      compiled.compile({ backend: reference(), loss: 'mse', learner: sgd({ learningRate: 0 }), ...compile })
      await compiled.fit(ndarray([[1], [Number.NaN]]), ndarray([[0], [0]]), { ...quiet, batchSize: 1 })
      expect(await compiled.locateNonFinite()).toBe('input dropout_1_input')
      await compiled.setWeights([new Float32Array(1), new Float32Array(1)])
      await compiled.trainOnBatch(ndarray([[1]]), ndarray([[0]]))
      expect(await compiled.locateNonFinite()).toBeUndefined()
    },
  )
})
