import { gradients } from '../graph/autodiff.ts'
import { type Graph, graph } from '../graph/graph.ts'
import type { DType, Node, Shape } from '../graph/node.ts'
import { square } from '../graph/ops/compose.ts'
import { abs, add, mul } from '../graph/ops/elementwise.ts'
import { constant, input, state } from '../graph/ops/leaves.ts'
import { reduceMean, reduceSum } from '../graph/ops/reduce.ts'
import { broadcast, concat, reshape } from '../graph/ops/shape.ts'
import { withScope } from '../graph/scope.ts'
import type { Network, NetworkWeight } from '../network/network.ts'
import type { StatisticUpdate, TraceOptions } from '../network/trace.ts'
import type { TensorSpec } from './data.ts'
import { type Objective, targetShape } from './objective.ts'

/** What is compiled: a network with what its outputs are trained towards (nothing, for prediction alone). */
export interface Program {
  readonly network: Network
  readonly objectives: readonly Objective[]
  /** The weights that gradients are taken of: the parameters of layers that were trainable when it was compiled. */
  readonly trained: readonly NetworkWeight[]
}

/** Names of the inputs and results of the graphs below. */
export const names = {
  input: (name: string): string => `x/${name}`,
  target: (name: string): string => `y/${name}`,
  weight: (name: string): string => `w/${name}`,
  scale: (name: string): string => `scale/${name}`,
  gradient: (name: string): string => `gradient/${name}`,
  statistic: (name: string): string => `batch/${name}`,
  sums: 'sums',
}

/** Batch → loss and metric sums. Layout of the sums: see `SumsLayout`. */
export function evaluateGraph(program: Program, batch: number): Graph {
  const { sums } = forward(program, batch, { training: false, weight: state })
  return graph({ outputs: { [names.sums]: sums } })
}

/** Batch → predictions, one output each under its name. */
export function predictGraph({ network }: Pick<Program, 'network'>, batch: number): Graph {
  const { outputs } = network.trace(batchInputs(network, batch), { training: false, weight: state })
  return graph({
    outputs: Object.fromEntries(network.outputs.map(({ name }, index) => [name, outputs[index] as Node])),
  })
}

/** Batch → by name, for every input and every layer's output, a scalar that is NaN unless all elements are finite. */
export function diagnosisGraph({ network }: Program, batch: number): Graph {
  const inputs = batchInputs(network, batch)
  const { layerOutputs } = network.trace(inputs, { training: true, weight: state })
  const values = inputs.flatMap((node, index) =>
    node.dtype === 'float32' ? [[`input ${(network.inputs[index] as TensorSpec).name}`, [node]] as const] : [],
  )
  // 0 · x is 0 for finite x and NaN for infinities and NaN.
  const finiteness = ([name, nodes]: readonly [string, readonly Node[]]): [string, Node] => [
    name,
    nodes.map((node) => reduceSum(mul(node, 0))).reduce(add),
  ]
  return graph({ outputs: Object.fromEntries([...values, ...layerOutputs].map(finiteness)) })
}

/** What a training step derives from a batch, before it is written anywhere. */
export interface Derivation {
  /** `[k]`, see `SumsLayout`. */
  readonly sums: Node
  /** Gradient of the sum of all sample losses, by parameter name. */
  readonly gradients: ReadonlyMap<string, Node>
  /** Batch statistics times the batch size, by weight name. */
  readonly statistics: ReadonlyMap<string, Node>
}

/** Loss, metrics, gradients and batch statistics as nodes. With several outputs each loss sum is scaled by an input. */
export function derive(program: Program, batch: number): Derivation {
  const { trained } = program
  const held = new Map(trained.map(({ name, spec }) => [name, state(name, spec.shape)]))
  const weight = (name: string, shape: Shape): Node => held.get(name) ?? state(name, shape)
  const { sums, losses, statistics } = forward(program, batch, { training: true, weight })
  const scaled = losses.map((loss, index) => {
    const { name, lossWeight } = program.objectives[index] as Objective
    if (losses.length > 1) return mul(loss, input(names.scale(name), []))
    return lossWeight === 1 ? loss : mul(loss, lossWeight)
  })
  const derived = gradients(scaled.reduce(add), [...held.values()])
  return {
    sums,
    gradients: new Map(trained.map(({ name }, index) => [name, derived[index] as Node])),
    statistics: new Map(statistics.map(({ weight, value }) => [weight, mul(value, batch)])),
  }
}

/** {@link derive} as a graph that leaves gradients and statistics in the state; `accumulate` adds to what is there. */
export function gradientsGraph(program: Program, batch: number, accumulate: boolean): Graph {
  const derivation = derive(program, batch)
  const kept = (name: string, value: Node): [string, Node] => [
    name,
    accumulate ? add(state(name, value.shape), value) : value,
  ]
  const updates = [
    ...[...derivation.gradients].map(([name, value]) => kept(names.gradient(name), value)),
    ...[...derivation.statistics].map(([name, value]) => kept(names.statistic(name), value)),
  ]
  return graph({ outputs: { [names.sums]: derivation.sums }, updates: Object.fromEntries(updates) })
}

/** The statistics that layers move while training, with the value that one sample would give. */
export function batchStatistics({ network }: Program): readonly StatisticUpdate[] {
  return network.trace(batchInputs(network, 1), { training: true, weight: state }).statistics
}

interface Forward {
  readonly sums: Node
  /** The weighted sum over the samples, for every output. */
  readonly losses: readonly Node[]
  readonly statistics: readonly StatisticUpdate[]
}

function forward({ network, objectives }: Program, batch: number, options: TraceOptions): Forward {
  const { outputs, statistics } = network.trace(batchInputs(network, batch), options)
  const measured = objectives.map((objective, index) => measure(objective, outputs[index] as Node, batch))
  const parts = [...measured.flatMap(({ loss, metrics }) => [loss, ...metrics]), penalty(network.weights)]
  const sums = concat(
    parts.map((part) => reshape(part, [-1])),
    0,
  )
  return { sums, losses: measured.map(({ loss }) => loss), statistics }
}

function measure(objective: Objective, predictions: Node, batch: number): { loss: Node; metrics: Node[] } {
  const dtype: DType = objective.loss.targets === 'sparse' ? 'int32' : 'float32'
  const targets = input(names.target(objective.name), [batch, ...targetShape(objective)], dtype)
  const weights = input(names.weight(objective.name), [batch])
  const ones = broadcast(constant(1), [batch])
  return withScope(`loss of ${objective.name}`, () => ({
    loss: reduceSum(mul(perSample(objective.loss.perSample(targets, predictions)), weights)),
    metrics: objective.metrics.map(({ metric, weighted }) =>
      metric.sums(targets, predictions, weighted ? weights : ones),
    ),
  }))
}

function perSample(values: Node): Node {
  return reduceMean(values, { axes: values.shape.map((_, axis) => axis).slice(1) })
}

/** Σ l1·|w| + l2·w² over the regularised weights: part of the reported loss, not of the gradients (see `apply`). */
function penalty(weights: readonly NetworkWeight[]): Node {
  const terms = weights.flatMap(({ name, spec: { shape, regularizer } }) => {
    const w = state(name, shape)
    return [
      ...(regularizer?.l1 ? [mul(reduceSum(abs(w)), regularizer.l1)] : []),
      ...(regularizer?.l2 ? [mul(reduceSum(square(w)), regularizer.l2)] : []),
    ]
  })
  return terms.length === 0 ? constant(0) : terms.reduce(add)
}

function batchInputs(network: Network, batch: number): Node[] {
  return network.inputs.map(({ name, shape, dtype }) => input(names.input(name), batched(batch, shape), dtype))
}

function batched(batch: number, shape: Shape): Shape {
  return [batch, ...shape]
}
