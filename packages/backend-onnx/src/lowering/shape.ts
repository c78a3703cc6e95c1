import type { Node, NodeOf } from '@lockstep/core'
import { chooseLayout } from './choose-layout.ts'
import type { Emitters } from './emitter.ts'
import { arranged, axisIn, isImage, type Layout } from './layout.ts'
import type { Lowering } from './lowering.ts'
import { moveAxes, reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'

type ShapeOp = 'broadcast' | 'reshape' | 'transpose' | 'slice' | 'pad' | 'concat'

/** Nothing is stretched here: users broadcast for themselves, or ask for all of it. */
function broadcast(node: NodeOf<'broadcast'>, lowering: Lowering): void {
  const operand = node.inputs[0] as Node
  if (!isImage(operand)) {
    lowering.define(node, lowering.compact(operand))
    return
  }
  const { tensor, layout } = lowering.made(operand)
  lowering.define(node, tensor, layout)
}

function emitReshape(node: NodeOf<'reshape'>, lowering: Lowering): void {
  const operand = node.inputs[0] as Node
  const compact = isImage(operand) ? lowering.made(operand).tensor : lowering.compact(operand)
  if (compact.shape.length === 0) lowering.define(node, compact)
  else lowering.define(node, reshape(lowering.onnx, lowering.full(operand), node.shape))
}

/** Where the operand has its channels first, both permutations are done at once. */
function emitTranspose(node: NodeOf<'transpose'>, lowering: Lowering): void {
  const operand = node.inputs[0] as Node
  const { permutation } = node.attributes
  const layout: Layout = isImage(operand) ? lowering.made(operand).layout : 'plain'
  const axes = permutation.map((axis) => axisIn(axis, layout))
  lowering.define(node, moveAxes(lowering.onnx, lowering.full(operand, layout), axes))
}

/** Values per axis of the result in the chosen layout, which is also that of the operands. */
function inLayout(
  node: Node,
  lowering: Lowering,
): { layout: Layout; arrange: <T>(values: readonly T[]) => readonly T[] } {
  const layout = chooseLayout(node, lowering)
  return { layout, arrange: (values) => (isImage(node) ? arranged(values, layout) : values) }
}

function slice(node: NodeOf<'slice'>, lowering: Lowering): void {
  const { onnx } = lowering
  const { layout, arrange } = inLayout(node, lowering)
  const x = lowering.full(node.inputs[0] as Node, layout)
  const [shape, starts, strides] = [node.shape, node.attributes.starts, node.attributes.strides].map(arrange) as [
    readonly number[],
    readonly number[],
    readonly number[],
  ]
  const axes = x.shape.flatMap((extent, axis) => (extent === shape[axis] ? [] : [axis]))
  const pick = (values: readonly number[]): Tensor => onnx.int64(axes.map((axis) => values[axis] as number))
  const ends = starts.map((start, axis) => start + ((shape[axis] as number) - 1) * (strides[axis] as number) + 1)
  const inputs = [x, pick(starts), pick(ends), onnx.int64(axes), pick(strides)]
  lowering.define(node, onnx.add('Slice', inputs, { shape }), layout)
}

function pad(node: NodeOf<'pad'>, lowering: Lowering): void {
  const { onnx } = lowering
  const { layout, arrange } = inLayout(node, lowering)
  const { before, after, value } = node.attributes
  const x = lowering.full(node.inputs[0] as Node, layout)
  const counts = onnx.int64([...arrange(before), ...arrange(after)])
  const data = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[node.dtype].of(value)
  const filler = onnx.constant(node.dtype, [], data)
  lowering.define(node, onnx.add('Pad', [x, counts, filler], { shape: arrange(node.shape) }), layout)
}

function concat(node: NodeOf<'concat'>, lowering: Lowering): void {
  const { layout, arrange } = inLayout(node, lowering)
  const { axis } = node.attributes
  const operands = node.inputs.map((operand) => lowering.full(operand, layout))
  const attributes = { axis: isImage(node) ? axisIn(axis, layout) : axis }
  lowering.define(node, lowering.onnx.add('Concat', operands, { shape: arrange(node.shape) }, { attributes }), layout)
}

/** Primitives that only move elements. */
export const shapeEmitters: Emitters<ShapeOp> = {
  broadcast,
  reshape: emitReshape,
  transpose: emitTranspose,
  slice,
  pad,
  concat,
}
