import { describe, expect, it } from 'vitest'
import type { Node } from '../graph/node.ts'
import { add } from '../graph/ops/elementwise.ts'
import { input as feed, state } from '../graph/ops/leaves.ts'
import { defineLayer, type LayerBehaviour } from './define-layer.ts'
import { type Initializer, initializerOf } from './initializers.ts'
import type { LayerContext } from './layer.ts'
import { conv2d } from './layers/conv2d.ts'
import { dense } from './layers/dense.ts'
import { flatten } from './layers/flatten.ts'
import { input } from './layers/input.ts'
import { mnistMlp } from './network.fixture.ts'
import { Network } from './network.ts'

const sum = defineLayer('Sum', () => ({ inputCount: [2, 2], call: ([a, b]) => add(a, b ?? 0) }))

describe('a network refuses, saying why,', () => {
  const code = (act: () => unknown): string => {
    try {
      act()
    } catch (error) {
      return (error as { code: string }).code
    }
    return 'none'
  }

  it('a first layer without inputShape', () => {
    expect(() => Network.sequential([dense({ units: 3 })])).toThrowError(
      "the first layer of a sequential model, 'dense_1', has no inputShape; add the shape of one sample to its options, e.g. inputShape: [784]",
    )
    expect(code(() => Network.sequential([]))).toBe('invalid-argument')
  })

  it('a layer that does not fit names itself, what it got and a way out', () => {
    const build = (): Network =>
      Network.sequential([dense({ units: 3, inputShape: [28, 28] }), conv2d({ filters: 2, kernelSize: 3 })])
    expect(build).toThrowError(
      'conv2d_1: conv2d on samples got [28, 3]; expected images [height, width, channels], e.g. reshape({ targetShape: [28, 3, 1] }) before it',
    )
    expect(code(build)).toBe('shape-mismatch')
  })

  it('a shared layer on two shapes', () => {
    const [a, b] = [input({ shape: [4] }), input({ shape: [5] })]
    const shared = dense({ units: 3, name: 'encoder' })
    const outputs = [shared.apply(a), shared.apply(b)]
    expect(() => Network.functional({ inputs: [a, b], outputs })).toThrowError(
      'encoder is used on [4] and on [5], so its kernel would be [4, 3] and [5, 3]; expected inputs of one shape, or use a second layer',
    )
  })

  it('two layers of one name', () => {
    const build = (): Network =>
      Network.sequential([dense({ units: 3, inputShape: [4], name: 'x' }), flatten({ name: 'x' })])
    expect(build).toThrowError("two layers (Dense and Flatten) are both named 'x'")
    expect(code(build)).toBe('invalid-argument')
    expect(() => dense({ units: 3, name: 'a/b' })).toThrowError('a layer cannot be named "a/b"')
  })

  it('a graph that is not connected', () => {
    const [a, b] = [input({ shape: [4] }), input({ shape: [4], name: 'other' })]
    const outputs = sum().apply([a, b])
    expect(() => Network.functional({ inputs: a, outputs })).toThrowError(
      "the model's graph is disconnected: 'other' of shape [4] is needed for the outputs but is not among the inputs; add it to `inputs`",
    )
    expect(() => Network.functional({ inputs: [a, b], outputs: dense({ units: 1 }).apply(a) })).toThrowError(
      "'other' of shape [4] leads to none of the outputs",
    )
    expect(() => Network.functional({ inputs: outputs, outputs })).toThrowError('inputs[0] is the result of sum')
    expect(() => Network.functional({ inputs: [a, a], outputs })).toThrowError('inputs[1] is there twice')
  })

  it('inputs of the wrong number or dtype', () => {
    const [a, b] = [input({ shape: [4] }), input({ shape: [4], dtype: 'int32' })]
    expect(() => dense({ units: 1 }).apply([a, b])).toThrowError(
      'dense (Dense) got 2 inputs; expected 1; join them first',
    )
    expect(() => dense({ units: 1, name: 'd' }).apply(b)).toThrowError(
      'd: an input of dtype int32 got [4]; expected float32',
    )
  })

  it('what a layer may not ask for while training', () => {
    const train = (call: LayerBehaviour['call']): (() => unknown) => {
      const initializer = initializerOf('zeros')
      const odd = defineLayer('Odd', () => ({
        weights: () => ({ mean: { shape: [3], initializer, kind: 'statistic' as const } }),
        call,
      }))
      const network = Network.sequential([odd({ inputShape: [3] })])
      return () => network.trace([feed('x', [2, 3])], { training: true, weight: state })
    }
    const training = (use: (x: Node, context: LayerContext) => void): LayerBehaviour['call'] => {
      return ([x], _weights, context) => {
        if (context.training) use(x, context)
        return x
      }
    }
    expect(train(training((_, context) => context.random('normal', [1, 3])))).toThrowError(
      'odd_1: a random tensor got [1, 3]; expected [2, ...]',
    )
    expect(
      train(
        training((x, context) => {
          for (let count = 0; count <= 1024; count++) context.random('normal', x.shape)
        }),
      ),
    ).toThrowError('odd_1 asked for more than 1024 random tensors in one call')
    expect(train(training((x, context) => context.updateStatistic('maen', x, 0.9)))).toThrowError(
      "unknown statistic of odd_1 'maen'; did you mean 'mean'?",
    )
    expect(train(training((x, context) => context.updateStatistic('mean', x, 0.9)))).toThrowError(
      'odd_1: a new value of mean got [2, 3]; expected [3]',
    )
  })

  it('an initialiser that gives too few values', () => {
    const short: Initializer = { className: 'short', config: {}, draw: () => new Float32Array(2) }
    const network = Network.sequential([dense({ units: 3, inputShape: [1], kernelInitializer: short })])
    expect(() => network.initialWeights(0)).toThrowError(
      'initialiser short gave 2 values for dense_1/kernel of shape [1, 3]; expected 3',
    )
  })

  it('names that do not exist', () => {
    expect(() => dense({ units: 3, activation: 'Relu' as 'relu' })).toThrowError(
      "unknown activation 'Relu'; did you mean 'relu'?",
    )
    expect(() => dense({ units: 3, kernelInitializer: 'glorot_uniform' as 'zeros' })).toThrowError(
      "did you mean 'glorotUniform'?",
    )
    expect(() => Network.sequential(mnistMlp()).layer('dense_9')).toThrowError(
      "unknown layer 'dense_9'; did you mean 'dense_1'?",
    )
    expect(() => dense({ units: 3, inputShape: [0] })).toThrowError(
      'Dense: inputShape is [0]; expected a list of integers',
    )
    expect(() => dense({ units: 0 })).toThrowError('dense: units is 0; expected an integer ≥ 1')
  })
})
