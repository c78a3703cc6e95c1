import { LockstepError } from '../errors.ts'
import { type Node, type Shape, sameShape, showShape, sizeOf } from '../graph/node.ts'
import { unknownName } from '../names.ts'
import type { Layer, SymbolicTensor, WeightSpec } from './layer.ts'
import { assignNames } from './layer-names.ts'
import { input } from './layers/input.ts'
import { weightsOf } from './symbolic.ts'
import { topologyOf } from './topology.ts'
import { type NetworkTrace, type TraceOptions, traceCalls } from './trace.ts'

export type { NetworkTrace, StatisticUpdate, TraceOptions } from './trace.ts'

/** One use of a layer. */
export interface LayerCall {
  readonly layer: Layer
  /** Whose results it takes, as positions in `Network.calls`; none for an input. */
  readonly inputs: readonly number[]
  /** Shape of the result, without the batch axis. */
  readonly shape: Shape
  readonly dtype: 'float32' | 'int32'
  /** How many uses of the same layer come before this one. */
  readonly use: number
  /** The longest way from here to an output, in layers. */
  readonly depth: number
}

/** A tensor that goes into a network or comes out of it, batch by batch. */
export interface PortSpec {
  /** Of an input: its layer's name, or `<first layer>_input` in a sequential model. Of an output: its layer's name. */
  readonly name: string
  /** Without the batch axis. */
  readonly shape: Shape
  readonly dtype: 'float32' | 'int32'
}

/** A weight of one layer of a network. */
export interface NetworkWeight {
  /** `<layer>/<weight>`: the name of its entry in the state. */
  readonly name: string
  readonly layer: Layer
  readonly spec: WeightSpec
  /** Keys its initial values, together with the seed. */
  readonly stream: number
}

/** Where a functional network begins and ends: results of `input` and of layers. */
export interface NetworkEnds {
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[]
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[]
}

/**
 * Layers put together: which there are, how they connect, which weights they have. It holds no values and is traced
 * into a graph anew for every batch size.
 */
export class Network {
  readonly kind: 'sequential' | 'functional'
  /** In Keras's order; the input of a sequential network is not counted as a layer. */
  readonly layers: readonly Layer[]
  /** Every use of a layer, operands before users, inputs included. */
  readonly calls: readonly LayerCall[]
  readonly inputs: readonly PortSpec[]
  readonly outputs: readonly PortSpec[]
  /** Of all layers in their order, each layer's as it declares them. */
  readonly weights: readonly NetworkWeight[]
  /** Positions of the inputs and of the outputs in `calls`. */
  readonly ports: { readonly inputs: readonly number[]; readonly outputs: readonly number[] }

  /** Use {@link Network.sequential} or {@link Network.functional}: they check what they are given. */
  constructor(kind: Network['kind'], inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]) {
    const { values, depths, layers } = topologyOf(inputs, outputs)
    assignNames(layers)
    const position = new Map(values.map((tensor, index) => [tensor, index]))
    const positions = (tensors: readonly SymbolicTensor[]): number[] => tensors.map((t) => position.get(t) as number)
    const uses = new Map<Layer, number>()
    this.kind = kind
    this.calls = values.map((tensor) => {
      const { layer, shape, dtype } = tensor
      const use = uses.get(layer) ?? 0
      uses.set(layer, use + 1)
      return { layer, inputs: positions(tensor.inputs), shape, dtype, use, depth: depths.get(tensor) as number }
    })
    this.layers = kind === 'functional' ? layers : layers.filter((layer) => layer !== inputs[0]?.layer)
    this.inputs = inputs.map(portOf)
    this.outputs = outputs.map(portOf)
    this.ports = { inputs: positions(inputs), outputs: positions(outputs) }
    this.weights = collectWeights(layers, values)
  }

  /**
   * Layers one after the other. The first needs `inputShape`. Layers without a name get one. Throws
   * `invalid-argument` for layers of one name or a first layer without a shape, `shape-mismatch` where one does not fit.
   */
  static sequential(layers: readonly Layer[]): Network {
    const first = layers[0]
    if (first === undefined) throw invalidNetwork('layers', 'a sequential model got no layers; expected at least one')
    assignNames([...new Set(layers)])
    if (first.inputShape === undefined) {
      throw invalidNetwork(
        'inputShape',
        `the first layer of a sequential model, '${first.name}', has no inputShape; add the shape of one sample to its options, e.g. inputShape: [784]`,
      )
    }
    const shape = first.inputShape
    const dtype = first.inputDType ?? (first.inputDTypes.includes('float32') ? 'float32' : 'int32')
    const start = input({ shape, dtype, name: `${first.name}_input` })
    return new Network('sequential', [start], [layers.reduce((tensor, layer) => layer.apply(tensor), start)])
  }

  /**
   * What leads from `inputs` to `outputs`. Layers without a name get one. Throws `invalid-argument` when the two are not
   * connected or layers share a name.
   */
  static functional({ inputs, outputs }: NetworkEnds): Network {
    const [from, to] = [listOf(inputs), listOf(outputs)]
    if (to.length === 0) throw invalidNetwork('outputs', 'a model got no outputs; expected at least one')
    for (const [index, tensor] of from.entries()) {
      if (tensor.inputs.length > 0) {
        throw invalidNetwork(
          'inputs',
          `inputs[${index}] is the result of ${tensor.layer.name}; expected one of input()`,
        )
      }
      if (from.indexOf(tensor) !== index)
        throw invalidNetwork('inputs', `inputs[${index}] is there twice; give it once`)
    }
    return new Network('functional', from, to)
  }

  /** The layer of that name; throws `unknown-name` listing those that exist. */
  layer(name: string): Layer {
    const found = this.layers.find((layer) => layer.name === name)
    if (found !== undefined) return found
    const known = this.layers.map((layer) => layer.name)
    throw unknownName('layer', name, known)
  }

  /** Puts the layers' operations on a batch: `inputs` are `[samples, ...]`, in the order of `this.inputs`. */
  trace(inputs: readonly Node[], options: TraceOptions): NetworkTrace {
    return traceCalls(this, inputs, options)
  }

  /** The values that training begins with, by weight; they depend on the seed and the weight's position alone. */
  initialWeights(seed: number): Map<string, Float32Array> {
    return new Map(this.weights.map((weight) => [weight.name, drawn(weight, seed)]))
  }
}

function drawn({ name, spec, stream }: NetworkWeight, seed: number): Float32Array {
  const values = spec.initializer.draw(spec.shape, { seed, stream })
  if (values.length === sizeOf(spec.shape)) return values
  throw new LockstepError(
    'invalid-data',
    { source: spec.initializer.className },
    `initialiser ${spec.initializer.className} gave ${values.length} values for ${name} of shape ${showShape(spec.shape)}; expected ${sizeOf(spec.shape)}`,
  )
}

function listOf(tensors: NetworkEnds['inputs']): readonly SymbolicTensor[] {
  return 'layer' in tensors ? [tensors] : tensors
}

function portOf({ layer, shape, dtype }: SymbolicTensor, index: number, all: readonly SymbolicTensor[]): PortSpec {
  const same = all.slice(0, index).filter((other) => other.layer === layer).length
  return { name: same === 0 ? layer.name : `${layer.name}_${same + 1}`, shape, dtype }
}

function collectWeights(layers: readonly Layer[], values: readonly SymbolicTensor[]): NetworkWeight[] {
  const found = layers.flatMap((layer) => {
    const [first, ...others] = values.filter((tensor) => tensor.layer === layer) as [
      SymbolicTensor,
      ...SymbolicTensor[],
    ]
    const specs = first.inputs.length === 0 ? [] : weightsOf(layer, first.inputs)
    for (const other of others) checkShared(layer, first, other)
    return specs.map(([name, spec]) => ({ name: `${layer.name}/${name}`, layer, spec }))
  })
  return found.map((weight, stream) => ({ ...weight, stream }))
}

function checkShared(layer: Layer, first: SymbolicTensor, other: SymbolicTensor): void {
  const shapes = new Map(weightsOf(layer, other.inputs).map(([name, spec]) => [name, spec.shape]))
  for (const [name, spec] of weightsOf(layer, first.inputs)) {
    const needed = shapes.get(name) ?? []
    if (sameShape(needed, spec.shape)) continue
    const inputs = [first, other].map((tensor) => tensor.inputs.map((input) => showShape(input.shape)).join(', '))
    throw new LockstepError(
      'shape-mismatch',
      { operation: layer.name, shapes: [spec.shape, needed] },
      `${layer.name} is used on ${inputs[0]} and on ${inputs[1]}, so its ${name} would be ${showShape(spec.shape)} and ` +
        `${showShape(needed)}; expected inputs of one shape, or use a second layer`,
    )
  }
}

function invalidNetwork(argument: string, message: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, message)
}
