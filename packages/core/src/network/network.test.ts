import { describe, expect, it } from 'vitest'
import { graph } from '../graph/graph.ts'
import { sizeOf } from '../graph/node.ts'
import { add } from '../graph/ops/elementwise.ts'
import { input as feed, state } from '../graph/ops/leaves.ts'
import { printGraph } from '../graph/print.ts'
import { defineLayer } from './define-layer.ts'
import { networkFromJSON, networkToJSON } from './json.ts'
import { dense } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import { embedding } from './layers/embedding.ts'
import { flatten } from './layers/flatten.ts'
import { input } from './layers/input.ts'
import { mnistCnn, mnistMlp } from './network.fixture.ts'
import { Network } from './network.ts'

function parameterCount(network: Network): number {
  return network.weights.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0)
}

const sum = defineLayer('Sum', () => ({ inputCount: [2, 2], call: ([a, b]) => add(a, b ?? 0) }))

describe('a sequential network', () => {
  it('has the names, weights and shapes of mnist_mlp', () => {
    const network = Network.sequential(mnistMlp())
    expect(network.layers.map((layer) => layer.name)).toEqual([
      'dense_1',
      'dropout_1',
      'dense_2',
      'dropout_2',
      'dense_3',
    ])
    expect(network.weights.map(({ name, spec, stream }) => [name, spec.shape, stream])).toEqual([
      ['dense_1/kernel', [784, 512], 0],
      ['dense_1/bias', [512], 1],
      ['dense_2/kernel', [512, 512], 2],
      ['dense_2/bias', [512], 3],
      ['dense_3/kernel', [512, 10], 4],
      ['dense_3/bias', [10], 5],
    ])
    expect(network.inputs).toEqual([{ name: 'dense_1_input', shape: [784], dtype: 'float32' }])
    expect(network.outputs).toEqual([{ name: 'dense_3', shape: [10], dtype: 'float32' }])
    expect(parameterCount(network)).toBe(669_706)
  })

  it('has the parameters of mnist_cnn', () => {
    const network = Network.sequential(mnistCnn())
    expect(parameterCount(network)).toBe(1_199_882)
    expect(network.calls.map(({ shape }) => shape)).toContainEqual([9216])
  })

  it('names layers anew in every network, skipping names that are taken', () => {
    const build = (): string[] =>
      Network.sequential([
        dense({ units: 2, inputShape: [3] }),
        dense({ units: 2, name: 'dense_2' }),
        dense({ units: 2 }),
      ]).layers.map((layer) => layer.name)
    expect(build()).toEqual(['dense_1', 'dense_2', 'dense_3'])
    expect(build()).toEqual(['dense_1', 'dense_2', 'dense_3'])
  })

  it('is fed what its first layer takes, or what the user says', () => {
    const words = Network.sequential([embedding({ inputDim: 9, outputDim: 2, inputShape: [4] }), flatten()])
    expect(words.inputs).toEqual([{ name: 'embedding_1_input', shape: [4], dtype: 'int32' }])
    expect(words.outputs).toEqual([{ name: 'flatten_1', shape: [8], dtype: 'float32' }])
    const numbers = Network.sequential([flatten({ inputShape: [4], inputDType: 'int32' })])
    expect([numbers.inputs[0]?.dtype, numbers.outputs[0]?.dtype]).toEqual(['int32', 'int32'])
    expect(networkFromJSON(networkToJSON(numbers)).inputs).toEqual(numbers.inputs)
  })

  it('counts a layer that is used twice once', () => {
    const shared = dense({ units: 3 })
    const network = Network.sequential([dense({ units: 3, inputShape: [5] }), shared, shared])
    expect(network.layers.map((layer) => layer.name)).toEqual(['dense_1', 'dense_2'])
    expect(network.calls.map(({ layer, use }) => `${layer.name}:${use}`)).toEqual([
      'dense_1_input:0',
      'dense_1:0',
      'dense_2:0',
      'dense_2:1',
    ])
    expect(parameterCount(network)).toBe(18 + 12)
  })
})

describe('trace', () => {
  it('makes the operations of a batch of any size, under the layers’ names', () => {
    const network = Network.sequential([
      dense({ units: 4, activation: 'relu', inputShape: [3] }),
      dropout({ rate: 0.5 }),
    ])
    for (const samples of [1, 7]) {
      const { outputs, layerOutputs, statistics } = network.trace([feed('x', [samples, 3])], {
        training: true,
        weight: state,
      })
      expect(outputs.map((node) => node.shape)).toEqual([[samples, 4]])
      expect(outputs[0]?.scope).toBe('dropout_1')
      expect([...layerOutputs.keys()]).toEqual(['dense_1', 'dropout_1'])
      expect(statistics).toEqual([])
    }
  })

  it('reads every weight once and leaves dropout out outside training', () => {
    const network = Network.sequential([dense({ units: 4, inputShape: [3] }), dropout({ rate: 0.5 })])
    const asked: string[] = []
    const { outputs } = network.trace([feed('x', [2, 3])], {
      training: false,
      weight: (name, shape) => {
        asked.push(name)
        return state(name, shape)
      },
    })
    expect(asked).toEqual(['dense_1/kernel', 'dense_1/bias'])
    expect(printGraph(graph({ outputs: { y: outputs[0] as never } }))).not.toContain('random')
  })

  it('numbers random streams alike for every batch size and differently for every layer', () => {
    const network = Network.sequential(mnistMlp())
    const streams = (samples: number): number[] => {
      const { outputs } = network.trace([feed('x', [samples, 784])], { training: true, weight: state })
      return graph({ outputs: { y: outputs[0] as never } }).randoms.map((node) => node.attributes.stream)
    }
    expect(new Set(streams(128)).size).toBe(2)
    expect(streams(96)).toEqual(streams(128))
  })

  it('refuses a batch that does not fit and says what does', () => {
    const network = Network.sequential([dense({ units: 4, inputShape: [3] })])
    expect(() => network.trace([feed('x', [2, 5])], { training: false, weight: state })).toThrowError(
      'the model got [2, 5]; expected dense_1_input: float32 [samples, 3]',
    )
  })

  it('refuses a layer whose shape depends on the batch size', () => {
    const odd = defineLayer('Odd', () => ({
      inputCount: [1, 1],
      call: ([x]) => (x.shape[0] === 1 ? x : feed('y', [x.shape[0] as number, 9])),
    }))
    const network = Network.sequential([odd({ inputShape: [3] })])
    expect(() => network.trace([feed('x', [2, 3])], { training: false, weight: state })).toThrowError(
      /^odd_1: the result got \[2, 9\]; expected \[2, 3\]/,
    )
  })
})

describe('a functional network', () => {
  it('connects several inputs and outputs and shared layers', () => {
    const a = input({ shape: [4], name: 'a' })
    const b = input({ shape: [4] })
    const shared = dense({ units: 3 })
    const joined = sum().apply([shared.apply(a), shared.apply(b)])
    const network = Network.functional({ inputs: [a, b], outputs: [dense({ units: 2 }).apply(joined), joined] })
    expect(network.inputs.map(({ name }) => name)).toEqual(['a', 'input_1'])
    expect(network.outputs).toEqual([
      { name: 'dense_2', shape: [2], dtype: 'float32' },
      { name: 'sum_1', shape: [3], dtype: 'float32' },
    ])
    expect(network.weights.map(({ name }) => name)).toEqual([
      'dense_1/kernel',
      'dense_1/bias',
      'dense_2/kernel',
      'dense_2/bias',
    ])
    const { outputs, layerOutputs } = network.trace([feed('a', [5, 4]), feed('b', [5, 4])], {
      training: false,
      weight: state,
    })
    expect(outputs.map((node) => node.shape)).toEqual([
      [5, 2],
      [5, 3],
    ])
    expect(layerOutputs.get('dense_1')?.length).toBe(2)
  })

  it('orders layers by their distance from the output, as Keras does', () => {
    const x = input({ shape: [4] })
    const early = dense({ units: 4, name: 'early' }).apply(x)
    const late = dense({ units: 4, name: 'late' }).apply(early)
    const skip = dense({ units: 4, name: 'skip' }).apply(x)
    const network = Network.functional({ inputs: x, outputs: sum().apply([skip, late]) })
    expect(network.layers.map((layer) => layer.name)).toEqual(['input_1', 'early', 'skip', 'late', 'sum_1'])
  })
})
