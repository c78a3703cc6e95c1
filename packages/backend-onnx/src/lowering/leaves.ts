import { type DType, type Node, type NodeOf, randomName, type Shape } from '@lockstep/core'
import type { Emitters } from './emitter.ts'
import type { Lowering } from './lowering.ts'
import { type PortKind, portName } from './port-names.ts'
import type { TensorData } from './tensor.ts'

function enter(kind: PortKind, name: string, node: Node, lowering: Lowering): void {
  lowering.define(node, lowering.onnx.input(portName(kind, name), node.dtype, node.shape))
}

function constant(node: NodeOf<'constant'>, lowering: Lowering): void {
  const data = typed(node.dtype, node.attributes.values)
  // One repeated value is kept once; whoever needs all of them has it stretched.
  const uniform = data.every((value) => Object.is(value, data[0]))
  const shape: Shape = uniform ? [] : node.shape
  lowering.define(node, lowering.onnx.constant(node.dtype, shape, uniform ? data.slice(0, 1) : data))
}

function typed(dtype: DType, values: Float64Array): TensorData {
  if (dtype === 'float32') return Float32Array.from(values)
  return dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values, (value) => (value === 0 ? 0 : 1))
}

function iota(node: NodeOf<'iota'>, lowering: Lowering): void {
  const data = Int32Array.from({ length: node.shape[0] as number }, (_, index) => index)
  lowering.define(node, lowering.onnx.constant('int32', node.shape, data))
}

/** Values that come from outside or are written in the graph. */
export const leafEmitters: Emitters<'input' | 'state' | 'random' | 'constant' | 'iota'> = {
  input: (node, lowering) => enter('input', node.attributes.name, node, lowering),
  state: (node, lowering) => enter('state', node.attributes.name, node, lowering),
  random: (node, lowering) => enter('random', randomName(node), node, lowering),
  constant,
  iota,
}
