import { describe, expect, it } from 'vitest'
import { graph } from '../graph/graph.ts'
import { abs, mul } from '../graph/ops/elementwise.ts'
import { input as feed, state } from '../graph/ops/leaves.ts'
import { defineLayer } from './define-layer.ts'
import { constant } from './initializers/fixed.ts'
import type { Initializer } from './initializers.ts'
import { networkFromJSON, networkToJSON } from './json.ts'
import type { Layer } from './layer.ts'
import { activation } from './layers/activation.ts'
import { add } from './layers/add.ts'
import { average } from './layers/average.ts'
import { averagePooling2d } from './layers/average-pooling2d.ts'
import { batchNormalization } from './layers/batch-normalization.ts'
import { builtInLayers } from './layers/built-in.ts'
import { concatenate } from './layers/concatenate.ts'
import { conv2d } from './layers/conv2d.ts'
import { dense } from './layers/dense.ts'
import { depthwiseConv2d } from './layers/depthwise-conv2d.ts'
import { dropout } from './layers/dropout.ts'
import { embedding } from './layers/embedding.ts'
import { flatten } from './layers/flatten.ts'
import { gaussianNoise } from './layers/gaussian-noise.ts'
import { globalAveragePooling2d } from './layers/global-average-pooling2d.ts'
import { globalMaxPooling2d } from './layers/global-max-pooling2d.ts'
import { input } from './layers/input.ts'
import { lambda } from './layers/lambda.ts'
import { layerNormalization } from './layers/layer-normalization.ts'
import { maxPooling2d } from './layers/max-pooling2d.ts'
import { maximum } from './layers/maximum.ts'
import { multiply } from './layers/multiply.ts'
import { permute } from './layers/permute.ts'
import { reshape } from './layers/reshape.ts'
import { subtract } from './layers/subtract.ts'
import { zeroPadding2d } from './layers/zero-padding2d.ts'
import { Network } from './network.ts'
import { l1l2 } from './regularizers.ts'

/** All that a network computes while training, with the names and streams of its leaves. */
function computation(network: Network): string {
  const inputs = network.inputs.map(({ name, shape, dtype }) => feed(name, [3, ...shape], dtype))
  const { outputs, statistics } = network.trace(inputs, { training: true, weight: state })
  return graph({
    outputs: Object.fromEntries(outputs.map((node, index) => [String(index), node])),
    updates: Object.fromEntries(statistics.map(({ weight, value }) => [weight, value])),
  }).hash
}

function reread(network: Network, ...customLayers: Parameters<typeof networkFromJSON>[1][]): Network {
  return networkFromJSON(JSON.parse(JSON.stringify(networkToJSON(network))), customLayers[0])
}

function expectSame(network: Network, again: Network): void {
  expect(networkToJSON(again)).toEqual(networkToJSON(network))
  expect(again.layers.map(({ name, trainable }) => [name, trainable])).toEqual(
    network.layers.map(({ name, trainable }) => [name, trainable]),
  )
  expect(computation(again)).toBe(computation(network))
  expect(again.initialWeights(5)).toEqual(network.initialWeights(5))
}

const image = [6, 6, 4]
const regularizer = l1l2({ l1: 0.1, l2: 0.2 })

/** Every built-in layer with options that differ from its defaults. */
const samples: readonly (readonly [layer: Layer, ...inputShapes: (readonly number[])[]])[] = [
  [activation({ activation: 'hardSigmoid' }), [5]],
  [add(), [5], [5]],
  [average(), [5], [5], [5]],
  [averagePooling2d({ poolSize: [2, 3], strides: 1, padding: 'same' }), image],
  [batchNormalization({ axis: 1, momentum: 0.5, epsilon: 0.1, scale: false, movingMeanInitializer: 'ones' }), image],
  [concatenate({ axis: 1 }), [5, 2], [3, 2]],
  [
    conv2d({
      filters: 8,
      kernelSize: [2, 3],
      strides: [1, 2],
      padding: 'same',
      groups: 2,
      activation: 'relu',
      kernelInitializer: 'heNormal',
      kernelRegularizer: regularizer,
    }),
    image,
  ],
  [dense({ units: 3, useBias: false, kernelInitializer: constant({ value: 2 }) }), [5]],
  [
    depthwiseConv2d({
      kernelSize: 2,
      depthMultiplier: 2,
      dilationRate: 2,
      depthwiseInitializer: 'lecunUniform',
      depthwiseRegularizer: regularizer,
      biasInitializer: 'ones',
    }),
    image,
  ],
  [dropout({ rate: 0.3, noiseShape: [1, 6, 4] }), image],
  [
    embedding({ inputDim: 7, outputDim: 3, embeddingsInitializer: 'orthogonal', embeddingsRegularizer: regularizer }),
    [5],
  ],
  [flatten(), image],
  [gaussianNoise({ stddev: 0.5 }), [5]],
  [globalAveragePooling2d(), image],
  [globalMaxPooling2d(), image],
  [layerNormalization({ axis: -2, epsilon: 0.1, center: false, gammaRegularizer: regularizer }), image],
  [maxPooling2d({ poolSize: 3, strides: 2 }), image],
  [maximum(), [5], [5]],
  [multiply(), [5], [1]],
  [permute({ dims: [3, 1, 2] }), image],
  [reshape({ targetShape: [-1, 2] }), image],
  [subtract(), [5], [5]],
  [
    zeroPadding2d({
      padding: [
        [1, 0],
        [2, 3],
      ],
    }),
    image,
  ],
]

describe('a network goes through JSON unchanged', () => {
  it.each(samples.map(([layer, ...shapes]) => [layer.className, layer, shapes] as const))('%s', (_, layer, shapes) => {
    layer.trainable = false
    const inputs = shapes.map((shape) => input({ shape, dtype: layer.inputDTypes[0] as 'float32' }))
    const network = Network.functional({ inputs, outputs: layer.apply(inputs) })
    expectSame(network, reread(network))
  })

  it('with every built-in class', () => {
    const tried = samples.map(([layer]) => layer.className)
    expect([...tried, 'InputLayer'].sort()).toEqual(builtInLayers.map(({ className }) => className).sort())
  })

  it('when it is sequential', () => {
    const layers = [maxPooling2d({ inputShape: [4, 4, 1] }), dropout({ rate: 0.5 }), flatten(), dense({ units: 2 })]
    const network = Network.sequential(layers)
    const again = reread(network)
    expectSame(network, again)
    expect([again.kind, again.inputs[0]?.name]).toEqual(['sequential', 'max_pooling2d_1_input'])
    expect(Network.sequential(again.layers).outputs).toEqual(network.outputs)
  })

  it('when layers are shared and there are several inputs and outputs', () => {
    const [a, b] = [input({ shape: [4], name: 'a' }), input({ shape: [4] })]
    const shared = dense({ units: 4 })
    const [first, second] = [shared.apply(a), shared.apply(b)]
    const noisy = dropout({ rate: 0.5 }).apply(subtract().apply([second, first]))
    const network = Network.functional({ inputs: [b, a], outputs: [noisy, first] })
    const again = reread(network)
    expectSame(network, again)
    expect(again.inputs.map(({ name }) => name)).toEqual(['input_1', 'a'])
  })

  it('with classes of one’s own', () => {
    const scale = defineLayer('Scale', ({ start = 3 }: { readonly start?: number }) => ({
      weights: ([shape]) => ({ gain: { shape, initializer: constant({ value: start }), kind: 'parameter' } }),
      call: ([x], { gain }) => mul(x, gain),
    }))
    const network = Network.sequential([scale({ start: 4, inputShape: [2], trainable: false })])
    expectSame(network, reread(network, { customLayers: [scale] }))
    expect(
      reread(network, { customLayers: [scale] })
        .initialWeights(0)
        .get('scale_1/gain'),
    ).toEqual(Float32Array.of(4, 4))
    expect(() => reread(network)).toThrowError(
      /^unknown layer class 'Scale'.*; pass classes of your own as \{ customLayers: \[yourLayer\] \}$/,
    )
  })
})

describe('what JSON cannot hold is refused by the name of the layer', () => {
  const write = (layer: Layer): (() => unknown) => {
    const network = Network.sequential([flatten({ inputShape: [3] }), layer])
    return () => networkToJSON(network)
  }

  it('functions', () => {
    const advice = "Make it part of a layer class: defineLayer('YourLayer', …)"
    expect(write(lambda((x) => mul(x, 2)))).toThrowError(
      `layer 'lambda_1' (Lambda) cannot be written as JSON: its config.function is a function. ${advice}`,
    )
    expect(write(dense({ units: 2, activation: abs }))).toThrowError(
      "layer 'dense_1' (Dense) cannot be written as JSON: its config.activation is a function",
    )
  })

  it('initialisers of one’s own', () => {
    const sevens: Initializer = { className: 'sevens', config: {}, draw: () => new Float32Array(6).fill(7) }
    expect(write(dense({ units: 2, kernelInitializer: sevens }))).toThrowError(
      "its config.kernelInitializer is an initialiser of your own, 'sevens'",
    )
  })
})

describe('damaged JSON is refused', () => {
  const good = networkToJSON(Network.sequential([dense({ units: 2, inputShape: [3] })]))

  it.each([
    ['nothing', null, 'its format is undefined'],
    ['another version', { ...good, version: 2 }, 'its version is 2'],
    ['another kind', { ...good, kind: 'tree' }, 'its kind is "tree"'],
    ['no layers', { ...good, layers: undefined }, 'it has no list of layers'],
    ['a missing layer', { ...good, layers: good.layers.slice(1) }, "there is no layer 'dense_1_input'"],
    ['a missing call', { ...good, outputs: [5] }, 'there is no call 5'],
  ])('%s', (_, json, problem) => {
    expect(() => networkFromJSON(json)).toThrowError(`the JSON of the network cannot be read: ${problem}`)
  })
})
