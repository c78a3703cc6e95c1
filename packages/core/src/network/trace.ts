import type { LockstepError } from '../errors.ts'
import { type Node, type Shape, sameShape, shapeError } from '../graph/node.ts'
import { add, mul } from '../graph/ops/elementwise.ts'
import { withScope } from '../graph/scope.ts'
import type { Layer } from './layer.ts'
import type { Network } from './network.ts'
import { inference } from './symbolic.ts'
import { streamsPerCall, trainingContext } from './training-context.ts'

/** Options of `Network.trace`. */
export interface TraceOptions {
  /** Whether layers behave as while training: dropout drops, statistics move. */
  readonly training: boolean
  /** The node that holds a weight, e.g. `state(name, shape)`; asked once per weight. */
  weight(name: string, shape: Shape): Node
}

/** A statistic to be moved: running ← momentum · running + (1 − momentum) · value. */
export interface StatisticUpdate {
  /** `<layer>/<weight>`. */
  readonly weight: string
  /** The batch's value; of a layer used several times, the mean over its uses. */
  readonly value: Node
  readonly momentum: number
}

/** A network on one batch. */
export interface NetworkTrace {
  /** In the order of `Network.outputs`. */
  readonly outputs: readonly Node[]
  /** Results of each layer by name, one for each use; inputs are not among them. */
  readonly layerOutputs: ReadonlyMap<string, readonly Node[]>
  /** One for each statistic that moves; empty outside training. */
  readonly statistics: readonly StatisticUpdate[]
}

/** What `Network.trace` does. */
export function traceCalls(network: Network, inputs: readonly Node[], options: TraceOptions): NetworkTrace {
  const samples = checkInputs(network, inputs)
  const weights = weightNodes(network, options)
  const moves: StatisticUpdate[] = []
  const values: Node[] = []
  const layerOutputs = new Map<string, Node[]>()
  for (const [position, { layer, inputs: from, shape }] of network.calls.entries()) {
    const fed = network.ports.inputs.indexOf(position)
    const firstStream = position * streamsPerCall
    const context = options.training
      ? trainingContext({ network, layer, samples, firstStream, moves })
      : inference(layer)
    const operands = from.map((index) => values[index] as Node)
    const value =
      fed >= 0
        ? (inputs[fed] as Node)
        : withScope(layer.name, () => layer.call(operands, weights.get(layer) ?? {}, context))
    if (!sameShape(value.shape, [samples, ...shape])) throw batchDependent(layer, value.shape, [samples, ...shape])
    values.push(value)
    if (fed < 0) layerOutputs.set(layer.name, [...(layerOutputs.get(layer.name) ?? []), value])
  }
  const outputs = network.ports.outputs.map((index) => values[index] as Node)
  return { outputs, layerOutputs, statistics: combined(moves) }
}

function weightNodes(network: Network, options: TraceOptions): Map<Layer, Record<string, Node>> {
  const nodes = new Map<Layer, Record<string, Node>>()
  for (const { name, layer, spec } of network.weights) {
    const ofLayer = nodes.get(layer) ?? {}
    ofLayer[name.slice(layer.name.length + 1)] = options.weight(name, spec.shape)
    nodes.set(layer, ofLayer)
  }
  return nodes
}

/** One move for each statistic: a layer that is used several times moves its statistics once, by the mean. */
function combined(moves: readonly StatisticUpdate[]): StatisticUpdate[] {
  const firsts = moves.filter(({ weight }, index) => moves.findIndex((move) => move.weight === weight) === index)
  return firsts.map((first) => {
    const ofOne = moves.filter((move) => move.weight === first.weight)
    const others = ofOne.slice(1)
    if (others.length === 0) return first
    const sum = others.reduce((total, move) => add(total, move.value), first.value)
    return { ...first, value: mul(sum, 1 / ofOne.length) }
  })
}

function checkInputs(network: Network, inputs: readonly Node[]): number {
  const samples = inputs[0]?.shape[0] ?? 0
  const fits =
    inputs.length === network.inputs.length &&
    network.inputs.every(({ shape, dtype }, index) => {
      const given = inputs[index] as Node
      return given.dtype === dtype && sameShape(given.shape, [samples, ...shape])
    })
  if (fits) return samples
  const expected = network.inputs.map(
    ({ name, dtype, shape }) => `${name}: ${dtype} [${['samples', ...shape].join(', ')}]`,
  )
  throw shapeError(
    'the model',
    inputs.map((node) => node.shape),
    `expected ${expected.join('; ')}`,
  )
}

function batchDependent(layer: Layer, given: Shape, expected: Shape): LockstepError {
  return withScope(layer.name, () =>
    shapeError(
      'the result',
      [given],
      `expected [${expected.join(', ')}]: only the first extent of a layer's result may depend on the batch size`,
    ),
  )
}
