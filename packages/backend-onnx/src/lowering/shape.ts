import type { Node, NodeOf } from '@lockstep/core'
import { chooseLayout } from './choose-layout.ts'
import type { Emitters } from './emitter.ts'
import { arranged, axesIn, isImage, type Layout } from './layout.ts'
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

/** Where the operand lies in another layout, both permutations are done at once. */
function emitTranspose(node: NodeOf<'transpose'>, lowering: Lowering): void {
  const operand = node.inputs[0] as Node
  const { permutation } = node.attributes
  if (!isImage(operand)) {
    lowering.define(node, moveAxes(lowering.onnx, lowering.full(operand), permutation))
    return
  }
  const { layout } = lowering.made(operand)
  const axes = permutation.flatMap((axis) => axesIn(axis, layout))
  const moved = moveAxes(lowering.onnx, lowering.full(operand, layout), axes)
  lowering.define(node, reshape(lowering.onnx, moved, node.shape))
}

interface Placement {
  readonly layout: Layout
  /** Brings values per axis of the graph in the order of the layout. */
  readonly arrange: (values: readonly number[]) => readonly number[]
}

/** The layout for an operation that moves elements within axes; the channels must stay whole to be blocked. */
function place(node: NodeOf<'slice' | 'pad'>, lowering: Lowering): Placement {
  const operand = node.inputs[0] as Node
  const layout = chooseLayout(node as Node, lowering, { blocks: operand.shape[3] === node.shape[3] })
  return { layout, arrange: (values) => (isImage(operand) ? arranged(values, layout) : values) }
}

function slice(node: NodeOf<'slice'>, lowering: Lowering): void {
  const { onnx } = lowering
  const { layout, arrange } = place(node, lowering)
  const x = lowering.full(node.inputs[0] as Node, layout)
  const shape = lowering.shapeIn(node as Node, layout)
  const [starts, strides] = [arrange(node.attributes.starts), arrange(node.attributes.strides)]
  const axes = x.shape.flatMap((extent, axis) => (extent === shape[axis] ? [] : [axis]))
  const pick = (values: readonly number[]): Tensor => onnx.int64(axes.map((axis) => values[axis] as number))
  const ends = starts.map((start, axis) => start + ((shape[axis] as number) - 1) * (strides[axis] as number) + 1)
  const inputs = [x, pick(starts), pick(ends), onnx.int64(axes), pick(strides)]
  lowering.define(node as Node, onnx.add('Slice', inputs, { shape }), layout)
}

function pad(node: NodeOf<'pad'>, lowering: Lowering): void {
  const { onnx } = lowering
  const { layout, arrange } = place(node, lowering)
  const { before, after, value } = node.attributes
  const x = lowering.full(node.inputs[0] as Node, layout)
  const counts = onnx.int64([...arrange(before), ...arrange(after)])
  const data = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[node.dtype].of(value)
  const filler = onnx.constant(node.dtype, [], data)
  const shape = lowering.shapeIn(node as Node, layout)
  lowering.define(node as Node, onnx.add('Pad', [x, counts, filler], { shape }), layout)
}

function concat(node: NodeOf<'concat'>, lowering: Lowering): void {
  const layout = chooseLayout(node, lowering)
  const operands = node.inputs.map((operand) => lowering.full(operand, layout))
  const axis = isImage(node) ? (axesIn(node.attributes.axis, layout)[0] as number) : node.attributes.axis
  const shape = lowering.shapeIn(node, layout)
  lowering.define(node, lowering.onnx.add('Concat', operands, { shape }, { attributes: { axis } }), layout)
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
