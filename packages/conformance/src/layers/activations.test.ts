import { evaluate } from '@lockstep/backend-reference'
import { type ActivationName, activation, gradients, graph, Network, type Node, ops } from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { expectValues, runLayer } from './run-layer.fixture.ts'

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
