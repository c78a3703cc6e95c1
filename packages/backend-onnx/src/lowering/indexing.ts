import { type Node, type NodeOf, type Shape, sizeOf } from '@lockstep/core'
import type { Emitters } from './emitter.ts'
import type { Lowering } from './lowering.ts'
import { cast, expand, reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'

function gather(node: NodeOf<'gather'>, lowering: Lowering): void {
  const [x, indices] = node.inputs.map((operand) => lowering.full(operand))
  const attributes = { axis: node.attributes.axis }
  lowering.define(node, lowering.onnx.add('Gather', [x, indices], { shape: node.shape }, { attributes }))
}

/** ScatterElements wants an index for each element: the same one for a whole slice. */
function scatterAdd(node: NodeOf<'scatterAdd'>, lowering: Lowering): void {
  const { onnx } = lowering
  const [indices, updates] = node.inputs.map((operand) => lowering.full(operand)) as [Tensor, Tensor]
  const { axis } = node.attributes
  const count = sizeOf(indices.shape)
  const slices: Shape = [...node.shape.slice(0, axis), count, ...node.shape.slice(axis + 1)]
  const column = slices.map((_, at) => (at === axis ? count : 1))
  const index = expand(onnx, reshape(onnx, indices, column), slices)
  const zeros = expand(onnx, onnx.scalar(0), node.shape)
  const attributes = { axis, reduction: 'add' }
  const inputs = [zeros, index, reshape(onnx, updates, slices)]
  lowering.define(node, onnx.add('ScatterElements', inputs, { shape: node.shape }, { attributes }))
}

function oneHot(node: NodeOf<'oneHot'>, lowering: Lowering): void {
  const { onnx } = lowering
  const indices = lowering.full(node.inputs[0] as Node)
  const depth = node.shape.at(-1) as number
  const classes = onnx.constant(
    'int32',
    [depth],
    Int32Array.from({ length: depth }, (_, index) => index),
  )
  const column = reshape(onnx, indices, [...indices.shape, 1])
  const hit = onnx.add('Equal', [column, classes], { shape: node.shape, type: 'bool' })
  lowering.define(node, cast(onnx, hit, 'float32'))
}

/** Primitives that look elements up by index. */
export const indexingEmitters: Emitters<'gather' | 'scatterAdd' | 'oneHot'> = { gather, scatterAdd, oneHot }
