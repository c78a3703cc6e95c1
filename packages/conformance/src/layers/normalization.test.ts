import { evaluate } from '@lockstep/backend-reference'
import { batchNormalization, graph, input, layerNormalization, Network, type Node, ops } from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { expectValues, runLayer } from './run-layer.fixture.ts'

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
