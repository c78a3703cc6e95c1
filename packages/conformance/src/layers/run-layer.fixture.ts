import { evaluate } from '@lockstep/backend-reference'
import { type Graph, graph, input, type Layer, Network, type Node, ops, randomName } from '@lockstep/core'
import { expect } from 'vitest'

/** A tensor of a batch. */
export interface BatchTensor {
  /** Without the batch axis. */
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** What a layer is run with. */
export interface LayerRun {
  readonly inputs: readonly BatchTensor[]
  /** By the layer's own names; those not given are the initial values. */
  readonly weights?: Readonly<Record<string, readonly number[]>>
  readonly training?: boolean
  /** The values of the random tensors that the layer asks for, in order. */
  readonly randoms?: readonly (readonly number[])[]
}

/** Results of a layer: its values, their shape without the batch axis and its statistics of the batch. */
export interface LayerResult {
  readonly values: number[]
  readonly shape: readonly number[]
  readonly statistics: Readonly<Record<string, { readonly value: number[]; readonly momentum: number }>>
}

/** Runs one layer in a network of its own on the reference interpreter. */
export function runLayer(layer: Layer, run: LayerRun): LayerResult {
  const samples = (run.inputs[0]?.values.length ?? 0) / product(run.inputs[0]?.shape ?? [])
  const dtype = layer.inputDTypes[0] as 'float32' | 'int32'
  const symbols = run.inputs.map(({ shape }, index) => input({ shape, dtype, name: `x${index}` }))
  const network = Network.functional({ inputs: symbols, outputs: layer.apply(symbols) })
  const nodes = run.inputs.map(({ shape }, index) => ops.input(`x${index}`, [samples, ...shape], dtype))
  const { outputs, statistics } = network.trace(nodes, { training: run.training ?? false, weight: ops.state })
  const value = outputs[0] as Node
  const computed = graph({
    outputs: { value, ...Object.fromEntries(statistics.map((moved) => [moved.weight, moved.value])) },
  })
  const results = evaluate(computed, { inputs: feeds(computed, run), states: states(network, run) }).outputs
  const valuesOf = (name: string): number[] => [...(results.get(name) ?? [])]
  const moved = statistics.map(({ weight, momentum }) => [weight, { value: valuesOf(weight), momentum }])
  return { values: valuesOf('value'), shape: value.shape.slice(1), statistics: Object.fromEntries(moved) }
}

/** Expects values to nine decimals. `shape` is that of one sample. */
export function expectValues(result: LayerResult, shape: readonly number[], values: readonly number[]): void {
  expect(result.shape).toEqual(shape)
  expect(result.values.length).toBe(values.length)
  for (const [index, value] of values.entries()) expect(result.values[index]).toBeCloseTo(value, 9)
}

/** 1, 2, 3, … */
export function count(length: number): number[] {
  return Array.from({ length }, (_, index) => index + 1)
}

function feeds(computed: Graph, run: LayerRun): Record<string, readonly number[]> {
  const randoms = computed.randoms.map((node, index) => [randomName(node), run.randoms?.[index] ?? []] as const)
  return Object.fromEntries([...run.inputs.map(({ values }, index) => [`x${index}`, values] as const), ...randoms])
}

function states(network: Network, run: LayerRun): Record<string, ArrayLike<number>> {
  const initial = [...network.initialWeights(0)]
  return Object.fromEntries(
    initial.map(([name, values]) => [name, run.weights?.[name.slice(name.indexOf('/') + 1)] ?? values]),
  )
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1)
}
