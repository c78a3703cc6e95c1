import { type Node, type NodeOf, sizeOf } from '@lockstep/core'
import type { Emitters } from './emitter.ts'
import { axesIn, isImage, type Layout } from './layout.ts'
import type { Lowering } from './lowering.ts'
import { gemm } from './matmul.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import { cast, reshape } from './shaping.ts'
import { reducedShape, sumOver } from './sum.ts'
import type { Tensor } from './tensor.ts'

/** Reduces in the layout that the operand has, unless its axes would come out in another order. */
function reduce(
  node: NodeOf<'reduceSum' | 'reduceMax'>,
  operand: Node,
  lowering: Lowering,
  apply: (onnx: OnnxGraph, x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor,
): void {
  const { axes, keepDims } = node.attributes
  const layout = reductionLayout(operand, lowering, node)
  const mapped = isImage(operand) ? axes.flatMap((axis) => axesIn(axis, layout)).sort((a, b) => a - b) : axes
  const result = apply(lowering.onnx, lowering.full(operand, layout), mapped, keepDims)
  if (keepDims) lowering.define(node as Node, result, layout)
  else lowering.define(node as Node, reshape(lowering.onnx, result, node.shape))
}

function reduceSum(node: NodeOf<'reduceSum'>, lowering: Lowering): void {
  const product = lowering.fusions.summedProducts.get(node)
  if (product === undefined) reduce(node, summed(node), lowering, sumOver)
  else lowering.define(node, productOfRows(product, lowering))
}

/** aᵀ · b with the rows of all matrices below one another. */
function productOfRows({ inputs, attributes }: NodeOf<'matmul'>, lowering: Lowering): Tensor {
  const [a, b] = inputs.map((operand) => {
    const tensor = lowering.full(operand)
    const width = tensor.shape.at(-1) as number
    return reshape(lowering.onnx, tensor, [sizeOf(tensor.shape) / width, width])
  }) as [Tensor, Tensor]
  return gemm(lowering.onnx, [a, b], attributes)
}

/**
 * What has the same sum: a pooling's gradient hands every window's gradient out whole, so that over all positions it
 * sums up to the smaller tensor that it came from.
 */
function summed(node: NodeOf<'reduceSum'>): Node {
  const x = node.inputs[0] as Node
  if (!node.attributes.axes.includes(1) || !node.attributes.axes.includes(2)) return x
  if (x.op === 'maxPool2dGradient') return x.inputs[2] as Node
  return x.op === 'avgPool2dGradient' ? (x.inputs[0] as Node) : x
}

function reductionLayout(operand: Node, lowering: Lowering, node: NodeOf<'reduceSum' | 'reduceMax'>): Layout {
  if (!isImage(operand)) return 'plain'
  const { layout } = lowering.made(operand)
  const { axes, keepDims } = node.attributes
  const left = [0, 1, 2, 3].filter((axis) => !axes.includes(axis) && operand.shape[axis] !== 1)
  const order = left.flatMap((axis) => axesIn(axis, layout))
  const ascending = order.every((axis, index) => index === 0 || axis > (order[index - 1] as number))
  return keepDims || ascending ? layout : 'plain'
}

function maximum(onnx: OnnxGraph, x: Tensor, axes: readonly number[], keepDims: boolean): Tensor {
  const values = x.type === 'bool' ? cast(onnx, x, 'int32') : x
  const shape = reducedShape(x.shape, axes, keepDims)
  const attributes = { keepdims: keepDims ? 1 : 0 }
  return cast(onnx, onnx.add('ReduceMax', [values, onnx.int64(axes)], { shape }, { attributes }), x.type)
}

function argmax(node: NodeOf<'argmax'>, lowering: Lowering): void {
  const x = lowering.full(node.inputs[0] as Node)
  const attributes = { axis: node.attributes.axis, keepdims: 0 }
  const position = lowering.onnx.add('ArgMax', [x], { shape: node.shape, type: 'int64' }, { attributes })
  lowering.define(node, cast(lowering.onnx, position, 'int32'))
}

/** Reductions. */
export const reductionEmitters: Emitters<'reduceSum' | 'reduceMax' | 'argmax'> = {
  reduceSum,
  reduceMax: (node, lowering) => reduce(node, node.inputs[0] as Node, lowering, maximum),
  argmax,
}
