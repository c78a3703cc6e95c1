import { type Node, type NodeOf, ops, type Shape, sizeOf } from '@lockstep/core'
import type { Emitters } from './emitter.ts'
import type { Lowering } from './lowering.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import { moveAxes, reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'

interface Transposed {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** op(a) · op(b) + bias of two matrices; the bias broadcasts. */
export function gemm(
  onnx: OnnxGraph,
  operands: readonly [a: Tensor, b: Tensor, bias?: Tensor],
  { transposeA, transposeB }: Transposed,
): Tensor {
  const [a, b] = operands
  const shape = [a.shape[transposeA ? 1 : 0] as number, b.shape[transposeB ? 0 : 1] as number]
  const attributes = { ...(transposeA && { transA: 1 }), ...(transposeB && { transB: 1 }) }
  return onnx.add('Gemm', operands, { shape }, { attributes })
}

/** Matrix products over the last two axes; the leading ones broadcast. */
export function batchedProduct(lowering: Lowering, a: Tensor, b: Tensor, transposed: Transposed): Tensor {
  const { onnx, options } = lowering
  const { transposeA, transposeB } = transposed
  const batch = ops.broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2))
  const shape = [...batch, a.shape.at(transposeA ? -1 : -2) as number, b.shape.at(transposeB ? -2 : -1) as number]
  if (!transposeA && !transposeB) return onnx.add('MatMul', [a, b], { shape })
  if (options.fusedMatMul) {
    const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }
    return onnx.add('FusedMatMul', [a, b], { shape }, { attributes, domain: 'com.microsoft' })
  }
  const left = transposeA ? swapped(onnx, a) : a
  const right = transposeB ? swapped(onnx, b) : b
  return onnx.add('MatMul', [left, right], { shape })
}

function matmul(node: NodeOf<'matmul'>, lowering: Lowering): void {
  const [a, b] = node.inputs.map((operand) => matrices(operand, lowering)) as [Tensor, Tensor]
  if (node.shape.length === 2) lowering.define(node, gemm(lowering.onnx, [a, b], node.attributes))
  else if (b.shape.length === 2 && !node.attributes.transposeA) lowering.define(node, rowsTimes(lowering, a, b, node))
  else lowering.define(node, batchedProduct(lowering, a, b, node.attributes))
}

/** All rows of a batch of matrices times one matrix, as one large product. */
function rowsTimes({ onnx }: Lowering, a: Tensor, b: Tensor, { attributes }: NodeOf<'matmul'>): Tensor {
  const outer: Shape = a.shape.slice(0, -1)
  const rows = reshape(onnx, a, [sizeOf(outer), a.shape.at(-1) as number])
  const product = gemm(onnx, [rows, b], attributes)
  return reshape(onnx, product, [...outer, product.shape[1] as number])
}

/** The operand with its matrices whole, but leading axes unstretched. */
function matrices(node: Node, lowering: Lowering): Tensor {
  const compact = lowering.compact(node)
  const whole = compact.shape.length >= 2 && [-1, -2].every((axis) => compact.shape.at(axis) === node.shape.at(axis))
  return whole ? compact : lowering.full(node)
}

function swapped(onnx: OnnxGraph, x: Tensor): Tensor {
  const rank = x.shape.length
  const axes = x.shape.map((_, axis) => axis)
  return moveAxes(onnx, x, [...axes.slice(0, -2), rank - 1, rank - 2])
}

export const matmulEmitters: Emitters<'matmul'> = { matmul }
