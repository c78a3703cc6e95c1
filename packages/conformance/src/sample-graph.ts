import { evaluate } from '@lockstep/backend-reference'
import {
  type Graph,
  gradients,
  graph,
  type HostTensor,
  hostTensor,
  type Node,
  type NodeOf,
  ops,
  randomName,
  type StateLayout,
  sizeOf,
  stateLayout,
} from '@lockstep/core'
import type { Sample } from './cases/op-case.ts'
import { normal, type Tensor } from './cases/tensor.ts'
import { compare } from './compare.ts'
import type { Random } from './random.ts'
import { type Context, openReplica, toleranceOf } from './subject.ts'

/** A graph with everything it reads. */
export interface Problem {
  readonly graph: Graph
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly states: Readonly<Record<string, Tensor>>
}

/** The value of a sample as the graph's only output. */
export function forwardProblem(sample: Sample): Problem {
  const leaves = sample.operands.map(leafOf)
  return problem(sample, graph({ outputs: { y: sample.build(...leaves) } }))
}

/** A problem whose outputs `d0`, `d1`, … are the gradients of a scalar with respect to these leaves, by name. */
export interface GradientProblem extends Problem {
  readonly wanted: readonly string[]
}

/**
 * The gradients of `loss` = Σ w · y with respect to the float operands; the weights `w` are drawn, so that no two
 * elements' gradients are alike. The loss itself is an output only `withLoss`. Undefined when there is nothing to
 * differentiate by.
 */
export function gradientProblem(
  sample: Sample,
  random: Random,
  { withLoss = false }: { readonly withLoss?: boolean } = {},
): GradientProblem | undefined {
  const leaves = sample.operands.map(leafOf)
  const wanted = leaves.filter(isVariable)
  if (wanted.length === 0) return undefined
  const y = sample.build(...leaves)
  const w = normal(random, y.shape)
  const loss = ops.reduceSum(ops.mul(y, ops.input('w', y.shape)))
  const outputs = Object.fromEntries(gradients(loss, wanted).map((node, at) => [`d${at}`, node]))
  const results = graph({ outputs: withLoss ? { ...outputs, loss } : outputs })
  return { ...problem(sample, results, { w }), wanted: wanted.map(({ attributes }) => attributes.name) }
}

/** Runs a problem on a backend and compares every output with the reference's. */
export async function checkProblem(
  context: Context,
  { graph, inputs, states }: Problem,
  summed: boolean,
): Promise<void> {
  const expected = evaluate(graph, { inputs: valuesOf(inputs), states: valuesOf(states) })
  const layout = layoutOf(states)
  await using replica = await openReplica(context, layout)
  await replica.write(stateOf(layout, states))
  using call = await replica.prepare(graph)
  const outputs = allocate(graph.outputs)
  call.bind(bound(inputs), outputs)
  await call.run()
  for (const [name, node] of graph.outputs) {
    const values = expected.outputs.get(name) as Float64Array
    compare(outputs[name] as HostTensor, values, { name, node, tolerance: toleranceOf(context), summed })
  }
}

export function allocate(nodes: ReadonlyMap<string, Node>): Record<string, HostTensor> {
  return Object.fromEntries([...nodes].map(([name, { dtype, shape }]) => [name, hostTensor(dtype, sizeOf(shape))]))
}

/** Typed arrays with the tensors' values. */
export function bound(tensors: Readonly<Record<string, Tensor>>): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, values }]) => {
      const tensor = hostTensor(dtype, values.length)
      tensor.set(values)
      return [name, tensor]
    }),
  )
}

function problem(sample: Sample, graph: Graph, more: Readonly<Record<string, Tensor>> = {}): Problem {
  const named = sample.operands.map((tensor, at) => ({ tensor, at }))
  const inputs = named.flatMap(({ tensor, at }) => {
    if (tensor.leaf === 'input') return [[inputName(at), tensor] as const]
    const random = graph.randoms.find(({ attributes }) => attributes.stream === at)
    return tensor.leaf === 'random' && random ? [[randomName(random), tensor] as const] : []
  })
  const read = new Set(graph.inputs.map(({ attributes }) => attributes.name))
  const fed = [...inputs, ...Object.entries(more)].filter(([name, { leaf }]) => leaf === 'random' || read.has(name))
  const states = named.filter(({ tensor }) => tensor.leaf === 'state').map(({ tensor, at }) => [inputName(at), tensor])
  return { graph, inputs: Object.fromEntries(fed), states: Object.fromEntries(states) }
}

type Variable = NodeOf<'input'> | NodeOf<'state'>

function isVariable(leaf: Node): leaf is Node & Variable {
  return leaf.dtype === 'float32' && (leaf.op === 'input' || leaf.op === 'state')
}

const inputName = (at: number): string => `x${at}`

function leafOf({ leaf, shape, dtype, values }: Tensor, at: number): Node {
  switch (leaf) {
    case 'input':
      return ops.input(inputName(at), shape, dtype)
    case 'state':
      return ops.state(inputName(at), shape)
    case 'constant':
      return ops.constant(values, shape, dtype)
    case 'random':
      return ops.random(dtype === 'bool' ? 'bernoulli' : 'normal', shape, { stream: at })
  }
}

export function valuesOf(tensors: Readonly<Record<string, Tensor>>): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values]))
}

function layoutOf(states: Readonly<Record<string, Tensor>>): StateLayout {
  return stateLayout(Object.entries(states).map(([name, { shape }]) => [name, shape] as const))
}

function stateOf(layout: StateLayout, states: Readonly<Record<string, Tensor>>): Float32Array {
  const arena = new Float32Array(layout.length)
  for (const { name, offset } of layout.entries.values()) arena.set((states[name] as Tensor).values, offset)
  return arena
}
