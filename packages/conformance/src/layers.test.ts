import { evaluate } from '@lockstep/backend-reference'
import {
  type ActivationName,
  activation,
  add,
  average,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  defineLayer,
  dense,
  depthwiseConv2d,
  dropout,
  embedding,
  flatten,
  gaussianNoise,
  globalAveragePooling2d,
  globalMaxPooling2d,
  gradients,
  graph,
  initializers,
  input,
  lambda,
  layerNormalization,
  maximum,
  maxPooling2d,
  multiply,
  Network,
  type Node,
  ops,
  permute,
  reshape,
  subtract,
  zeroPadding2d,
} from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { type LayerResult, runLayer } from './run-layer.fixture.ts'

const count = (length: number, start = 1): number[] => Array.from({ length }, (_, index) => start + index)

function expectValues(result: LayerResult, shape: readonly number[], values: readonly number[]): void {
  expect(result.shape).toEqual(shape)
  expect(result.values.length).toBe(values.length)
  for (const [index, value] of values.entries()) expect(result.values[index]).toBeCloseTo(value, 9)
}

describe('dense', () => {
  const weights = { kernel: [1, 2, 3, 4, 5, 6], bias: [0.5, -40] }

  it('is x · kernel + bias, activated', () => {
    const inputs = [{ shape: [3], values: [1, 2, 3, 0, 1, -1] }]
    expectValues(runLayer(dense({ units: 2 }), { inputs, weights }), [2], [22.5, -12, -1.5, -42])
    expectValues(runLayer(dense({ units: 2, activation: 'relu' }), { inputs, weights }), [2], [22.5, 0, 0, 0])
    expectValues(runLayer(dense({ units: 2, useBias: false }), { inputs, weights }), [2], [22, 28, -2, -2])
  })

  it('works on the last axis of samples with several', () => {
    const inputs = [{ shape: [2, 3], values: [1, 2, 3, 0, 1, -1] }]
    expectValues(runLayer(dense({ units: 2 }), { inputs, weights }), [2, 2], [22.5, -12, -1.5, -42])
  })
})

describe('activations', () => {
  const x = [-3, -0.5, 0, 0.5, 3]
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))
  // erf at 3/√2 and 0.5/√2, from tables.
  const erf = (value: number): number =>
    Math.sign(value) * (Math.abs(value) === 3 ? 0.9973002039367398 : value === 0 ? 0 : 0.3829249225480262)
  const elu = (value: number): number => (value > 0 ? value : Math.exp(value) - 1)

  it.each<[ActivationName, (value: number) => number]>([
    ['linear', (value) => value],
    ['relu', (value) => Math.max(value, 0)],
    ['sigmoid', sigmoid],
    ['tanh', Math.tanh],
    ['softplus', (value) => Math.log(1 + Math.exp(value))],
    ['softsign', (value) => value / (1 + Math.abs(value))],
    ['elu', elu],
    ['selu', (value) => 1.0507009873554805 * (value > 0 ? value : 1.6732632423543772 * (Math.exp(value) - 1))],
    ['hardSigmoid', (value) => Math.min(1, Math.max(0, 0.2 * value + 0.5))],
    ['gelu', (value) => 0.5 * value * (1 + erf(value))],
    ['swish', (value) => value * sigmoid(value)],
    ['leakyRelu', (value) => (value > 0 ? value : 0.3 * value)],
    ['exponential', Math.exp],
  ])('%s', (name, expected) => {
    const result = runLayer(activation({ activation: name }), { inputs: [{ shape: [5], values: x }] })
    expectValues(result, [5], x.map(expected))
  })

  it('softmax gives e^x / Σ e^x over the last axis, also of large numbers', () => {
    const result = runLayer(activation({ activation: 'softmax' }), {
      inputs: [{ shape: [2, 2], values: [1000, 1000, 0, Math.log(3)] }],
    })
    expectValues(result, [2, 2], [0.5, 0.5, 0.25, 0.75])
  })

  it('elu and selu have finite gradients everywhere, with slope 1 · scale · alpha at 0', () => {
    for (const [name, atZero, above] of [
      ['elu', 1, 1],
      ['selu', 1.0507009873554805 * 1.6732632423543772, 1.0507009873554805],
    ] as const) {
      const network = Network.sequential([activation({ activation: name, inputShape: [3] })])
      const node = ops.input('x', [1, 3])
      const { outputs } = network.trace([node], { training: true, weight: ops.state })
      const [gradient] = gradients(ops.reduceSum(outputs[0] as Node), [node])
      const { outputs: values } = evaluate(graph({ outputs: { g: gradient as Node } }), {
        inputs: { x: [0, 2000, -2000] },
      })
      expect([...(values.get('g') ?? [])]).toEqual([expect.closeTo(atZero, 9), expect.closeTo(above, 9), 0])
    }
  })
})

describe('dropout', () => {
  const inputs = [{ shape: [2, 2], values: count(8) }]

  it('scales what it keeps while training and does nothing otherwise', () => {
    const layer = (): ReturnType<typeof dropout> => dropout({ rate: 0.2 })
    const trained = runLayer(layer(), { inputs, training: true, randoms: [[1, 0, 1, 1, 0, 0, 1, 1]] })
    expectValues(trained, [2, 2], [1.25, 0, 3.75, 5, 0, 0, 8.75, 10])
    expectValues(runLayer(layer(), { inputs }), [2, 2], count(8))
  })

  it('shares the mask along axes where noiseShape is 1', () => {
    const layer = dropout({ rate: 0.5, noiseShape: [1, 2] })
    expectValues(
      runLayer(layer, { inputs, training: true, randoms: [[1, 0, 0, 1]] }),
      [2, 2],
      [2, 0, 6, 0, 0, 12, 0, 16],
    )
    expect(() => runLayer(dropout({ rate: 0.5, noiseShape: [3, 2] }), { inputs, training: true })).toThrowError(
      'dropout: noiseShape is [3,2]',
    )
  })

  it.each([0, 1])('does nothing at rate %d', (rate) => {
    expectValues(runLayer(dropout({ rate }), { inputs, training: true }), [2, 2], count(8))
  })
})

it('gaussianNoise adds stddev · noise while training only', () => {
  const inputs = [{ shape: [2], values: [1, 2] }]
  expectValues(runLayer(gaussianNoise({ stddev: 0.5 }), { inputs, training: true, randoms: [[2, -4]] }), [2], [2, 0])
  expectValues(runLayer(gaussianNoise({ stddev: 0.5 }), { inputs }), [2], [1, 2])
})

describe('layers that move elements', () => {
  const inputs = [{ shape: [2, 3], values: count(12) }]

  it('flatten and reshape keep the order', () => {
    expectValues(runLayer(flatten(), { inputs }), [6], count(12))
    expectValues(runLayer(reshape({ targetShape: [-1, 2] }), { inputs }), [3, 2], count(12))
    expect(() => runLayer(reshape({ targetShape: [4, -1] }), { inputs })).toThrowError(
      'reshape: reshape of samples got [2, 3] and [4, -1]; expected 6 elements in both',
    )
  })

  it('permute counts axes from 1', () => {
    expectValues(runLayer(permute({ dims: [2, 1] }), { inputs }), [3, 2], [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12])
    expect(() => runLayer(permute({ dims: [2, 3, 1] }), { inputs })).toThrowError('expected 3 axes')
    expect(() => permute({ dims: [0, 1] })).toThrowError('permute: dims is [0,1]; expected each of 1 … n once')
  })

  it('zeroPadding2d pads each side', () => {
    const image = [{ shape: [1, 2, 1], values: [1, 2] }]
    expectValues(runLayer(zeroPadding2d(), { inputs: image }), [3, 4, 1], [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0])
    expectValues(runLayer(zeroPadding2d({ padding: [0, 1] }), { inputs: image }), [1, 4, 1], [0, 1, 2, 0])
    expectValues(
      runLayer(
        zeroPadding2d({
          padding: [
            [1, 0],
            [0, 2],
          ],
        }),
        { inputs: image },
      ),
      [2, 4, 1],
      [0, 0, 0, 0, 1, 2, 0, 0],
    )
  })
})

describe('convolutions', () => {
  const inputs = [{ shape: [3, 3, 1], values: count(9) }]
  const kernel = [1, 0, 0, -1]

  it('conv2d slides without padding, or with zeros so that extents stay', () => {
    const layer = { filters: 1, kernelSize: 2 } as const
    expectValues(runLayer(conv2d(layer), { inputs, weights: { kernel, bias: [10] } }), [2, 2, 1], [6, 6, 6, 6])
    const same = runLayer(conv2d({ ...layer, padding: 'same', activation: 'relu' }), { inputs, weights: { kernel } })
    expectValues(same, [3, 3, 1], [0, 0, 3, 0, 0, 6, 7, 8, 9])
    const strided = runLayer(conv2d({ ...layer, strides: [1, 2], padding: 'same' }), { inputs, weights: { kernel } })
    expectValues(strided, [3, 2, 1], [-4, 3, -4, 6, 7, 9])
    const dilated = runLayer(conv2d({ ...layer, dilationRate: 2 }), { inputs, weights: { kernel } })
    expectValues(dilated, [1, 1, 1], [-8])
  })

  it('conv2d mixes channels, within groups', () => {
    const pixels = [{ shape: [1, 1, 4], values: [1, 2, 3, 4] }]
    const all = { kernel: [1, 0, 0, 1, 1, 0, 0, 1] }
    expectValues(runLayer(conv2d({ filters: 2, kernelSize: 1 }), { inputs: pixels, weights: all }), [1, 1, 2], [4, 6])
    const grouped = runLayer(conv2d({ filters: 2, kernelSize: 1, groups: 2 }), {
      inputs: pixels,
      weights: { kernel: [1, 1, 10, 10] },
    })
    expectValues(grouped, [1, 1, 2], [21, 43])
  })

  it('depthwiseConv2d keeps channels apart and orders its results by channel', () => {
    const pixels = [{ shape: [1, 2, 2], values: [1, 10, 2, 20] }]
    // Kernel [1, 2, channels 2, multiplier 2].
    const depthwiseKernel = [1, 2, 3, 4, 1, -1, 1, -1]
    const layer = depthwiseConv2d({ kernelSize: [1, 2], depthMultiplier: 2 })
    const result = runLayer(layer, { inputs: pixels, weights: { depthwiseKernel, bias: [0, 0, 0, 1] } })
    expectValues(result, [1, 1, 4], [1 + 2, 2 - 2, 30 + 20, 40 - 20 + 1])
  })
})

describe('pooling', () => {
  const inputs = [{ shape: [3, 3, 1], values: [1, 9, 2, 3, 4, 5, 6, 7, 8] }]

  it('takes the maximum or the mean of windows that do not overlap, unless strides say so', () => {
    expectValues(runLayer(maxPooling2d(), { inputs }), [1, 1, 1], [9])
    expectValues(runLayer(averagePooling2d(), { inputs }), [1, 1, 1], [17 / 4])
    expectValues(runLayer(maxPooling2d({ strides: 1 }), { inputs }), [2, 2, 1], [9, 9, 7, 8])
  })

  it('leaves padding out of the mean', () => {
    expectValues(runLayer(averagePooling2d({ padding: 'same' }), { inputs }), [2, 2, 1], [17 / 4, 3.5, 6.5, 8])
    expectValues(runLayer(maxPooling2d({ padding: 'same' }), { inputs }), [2, 2, 1], [9, 5, 7, 8])
  })

  it('reduces whole channels', () => {
    const image = [{ shape: [2, 1, 2], values: [1, 20, 3, 10] }]
    expectValues(runLayer(globalMaxPooling2d(), { inputs: image }), [2], [3, 20])
    expectValues(runLayer(globalAveragePooling2d(), { inputs: image }), [2], [2, 15])
    expect(() => runLayer(globalMaxPooling2d(), { inputs: [{ shape: [3], values: [1, 2, 3] }] })).toThrowError(
      'global_max_pooling2d: globalMaxPooling2d on samples got [3]; expected images',
    )
  })
})

describe('batchNormalization', () => {
  const inputs = [{ shape: [2], values: [1, 10, 3, 30] }]
  const weights = { gamma: [2, 1], beta: [0, 5], movingMean: [1, 20], movingVariance: [4, 100] }
  const epsilon = 1e-3

  it('uses the batch’s population moments while training, and hands them on', () => {
    const { values, statistics } = runLayer(batchNormalization(), { inputs, weights, training: true })
    const first = (2 * 1) / Math.sqrt(1 + epsilon)
    const second = 10 / Math.sqrt(100 + epsilon)
    for (const [index, value] of [-first, 5 - second, first, 5 + second].entries())
      expect(values[index]).toBeCloseTo(value, 9)
    expect(statistics).toEqual({
      'batch_normalization_1/movingMean': { value: [2, 20], momentum: 0.99 },
      'batch_normalization_1/movingVariance': { value: [1, 100], momentum: 0.99 },
    })
  })

  it('uses the running moments otherwise, and where it is frozen', () => {
    const first = 2 / Math.sqrt(4 + epsilon)
    const second = 10 / Math.sqrt(100 + epsilon)
    const expected = [0, 5 - second, 2 * first, 5 + second]
    expectValues(runLayer(batchNormalization(), { inputs, weights }), [2], expected)
    const frozen = runLayer(batchNormalization({ trainable: false }), { inputs, weights, training: true })
    expectValues(frozen, [2], expected)
    expect(frozen.statistics).toEqual({})
  })

  it('goes over all axes but its own', () => {
    const image = [{ shape: [2, 2], values: [0, 2, 10, 30] }]
    const run = { inputs: image, training: true } as const
    const row = 1 / Math.sqrt(1 + epsilon)
    const other = 10 / Math.sqrt(100 + epsilon)
    expectValues(runLayer(batchNormalization({ axis: 1 }), run), [2, 2], [-row, row, -other, other])
    const { statistics } = runLayer(batchNormalization({ axis: -1 }), run)
    expect(statistics['batch_normalization_1/movingMean']?.value).toEqual([5, 16])
    expect(() => runLayer(batchNormalization({ axis: 0 }), run)).toThrowError(
      'batchNormalization along axis 0 of samples got [2, 2]',
    )
  })

  it('moves the statistics of a shared layer once, by the mean', () => {
    const shared = batchNormalization()
    const [a, b] = [input({ shape: [1] }), input({ shape: [1] })]
    const network = Network.functional({ inputs: [a, b], outputs: [shared.apply(a), shared.apply(b)] })
    const nodes = ['a', 'b'].map((name) => ops.input(name, [2, 1]))
    const { statistics } = network.trace(nodes, { training: true, weight: ops.state })
    expect(statistics.map(({ weight }) => weight)).toEqual([
      'batch_normalization_1/movingMean',
      'batch_normalization_1/movingVariance',
    ])
    const { outputs } = evaluate(graph({ outputs: { mean: statistics[0]?.value as Node } }), {
      inputs: { a: [1, 3], b: [10, 20] },
    })
    expect([...(outputs.get('mean') ?? [])]).toEqual([8.5])
  })
})

it('layerNormalization brings each sample to mean 0 and variance 1', () => {
  const inputs = [{ shape: [2], values: [1, 3, 10, 30] }]
  const [first, second] = [1 / Math.sqrt(1 + 1e-3), 10 / Math.sqrt(100 + 1e-3)]
  expectValues(runLayer(layerNormalization(), { inputs, training: true }), [2], [-first, first, -second, second])
  const weights = { gamma: [2, 3], beta: [1, 0] }
  expectValues(
    runLayer(layerNormalization(), { inputs, weights }),
    [2],
    [1 - 2 * first, 3 * first, 1 - 2 * second, 3 * second],
  )
})

it('embedding looks vectors up', () => {
  const weights = { embeddings: [0, 1, 10, 11, 20, 21] }
  const result = runLayer(embedding({ inputDim: 3, outputDim: 2 }), {
    inputs: [{ shape: [2], values: [2, 0, 1, 1] }],
    weights,
  })
  expectValues(result, [2, 2], [20, 21, 0, 1, 10, 11, 10, 11])
})

describe('layers that join', () => {
  const inputs = [
    { shape: [2], values: [1, 2, 3, 4] },
    { shape: [2], values: [10, 0, -10, 4] },
  ]

  it('element by element', () => {
    expectValues(runLayer(add(), { inputs }), [2], [11, 2, -7, 8])
    expectValues(runLayer(subtract(), { inputs }), [2], [-9, 2, 13, 0])
    expectValues(runLayer(multiply(), { inputs }), [2], [10, 0, -30, 16])
    expectValues(runLayer(average(), { inputs }), [2], [5.5, 1, -3.5, 4])
    expectValues(runLayer(maximum(), { inputs }), [2], [10, 2, 3, 4])
  })

  it('stretching extents of 1, and refusing others', () => {
    const narrow = [...inputs, { shape: [1], values: [100, 200] }]
    expectValues(runLayer(add(), { inputs: narrow }), [2], [111, 102, 193, 208])
    expect(() => runLayer(add(), { inputs: [...inputs, { shape: [3], values: count(6) }] })).toThrowError(
      'add: add got [1, 2] and [1, 3]',
    )
    expect(() => runLayer(add(), { inputs: [...inputs, { shape: [2, 1], values: count(4) }] })).toThrowError(
      'expected inputs with one number of axes',
    )
    expect(() => runLayer(add(), { inputs: inputs.slice(1) })).toThrowError(
      'add (Add) got 1 inputs; expected at least 2',
    )
    expect(() => runLayer(subtract(), { inputs: [...inputs, ...inputs] })).toThrowError(
      'subtract (Subtract) got 4 inputs; expected 2',
    )
  })

  it('one after the other', () => {
    expectValues(runLayer(concatenate(), { inputs }), [4], [1, 2, 10, 0, 3, 4, -10, 4])
    expect(() => runLayer(concatenate({ axis: 0 }), { inputs })).toThrowError(
      'concatenate along axis 0 got [1, 2] and [1, 2]',
    )
  })
})

describe('layers of one’s own', () => {
  it('lambda computes any function', () => {
    const inputs = [{ shape: [2], values: [1, 2] }]
    expectValues(
      runLayer(
        lambda((x) => ops.mul(x, 2)),
        { inputs },
      ),
      [2],
      [2, 4],
    )
    expect(() =>
      runLayer(
        lambda((x) => ops.greater(x, 0)),
        { inputs },
      ),
    ).toThrowError('lambda: a bool result got [1, 2]; expected float32 or int32, use ops.cast')
    expect(() =>
      runLayer(
        lambda((x) => ops.reduceSum(x)),
        { inputs },
      ),
    ).toThrowError('lambda: the result for a batch of 1 got []')
  })

  it('defineLayer makes one with weights, options and random tensors', () => {
    const noisyScale = defineLayer('NoisyScale', ({ start = 3 }: { readonly start?: number }) => ({
      weights: ([shape]) => ({
        gain: { shape, initializer: initializers.constant({ value: start }), kind: 'parameter' },
      }),
      call: ([x], { gain }, context) => {
        const scaled = ops.mul(x, gain)
        if (!context.training) return scaled
        return ops.add(ops.mul(scaled, context.random('uniform', x.shape)), context.random('normal', x.shape))
      },
    }))
    const inputs = [{ shape: [2], values: [1, 2] }]
    expectValues(runLayer(noisyScale(), { inputs }), [2], [3, 6])
    expectValues(
      runLayer(noisyScale({ start: 4 }), {
        inputs,
        training: true,
        randoms: [
          [0.5, 0.25],
          [1, -1],
        ],
      }),
      [2],
      [3, 1],
    )
    expect(noisyScale({ name: 'n' }).name).toBe('n')
    expect(noisyScale.className).toBe('NoisyScale')
  })

  it('a layer that asks for a random tensor outside training is told', () => {
    const careless = defineLayer('Careless', () => ({
      call: ([x], _weights, context) => ops.add(x, context.random('normal', x.shape)),
    }))
    expect(() => runLayer(careless(), { inputs: [{ shape: [2], values: [1, 2] }] })).toThrowError(
      'careless asked for a random tensor outside training; ask only where context.training is true',
    )
  })
})
