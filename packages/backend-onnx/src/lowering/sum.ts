import { type Shape, sizeOf } from '@lockstep/core'
import type { OnnxGraph } from './onnx-graph.ts'
import { cast, reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'

/** From this size on, sums over leading axes are faster as a product. */
const productThreshold = 32768

/** Sums over sorted axes. */
export function sumOver(onnx: OnnxGraph, x: Tensor, axes: readonly number[], keepDims = false): Tensor {
  const shape = reducedShape(x.shape, axes, keepDims)
  const leading = axes.findIndex((axis, index) => axis !== index)
  const count = leading === -1 ? axes.length : leading
  const rest = sizeOf(x.shape.slice(count))
  if (x.type !== 'float32' || count === 0 || rest < 16 || sizeOf(x.shape) < productThreshold) {
    return reduceSum(onnx, x, axes, shape, keepDims)
  }
  const partial = reshape(onnx, sumOfRows(onnx, x, rest), x.shape.slice(count))
  const left = axes.slice(count).map((axis) => axis - count)
  const sum =
    left.length === 0 ? partial : reduceSum(onnx, partial, left, reducedShape(partial.shape, left, false), false)
  return reshape(onnx, sum, shape)
}

export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis))
}

function reduceSum(onnx: OnnxGraph, x: Tensor, axes: readonly number[], shape: Shape, keepDims: boolean): Tensor {
  const numbers = x.type === 'bool' ? cast(onnx, x, 'int32') : x
  const attributes = { keepdims: keepDims ? 1 : 0 }
  return cast(onnx, onnx.add('ReduceSum', [numbers, onnx.int64(axes)], { shape }, { attributes }), x.type)
}

/** The sum of all rows of `width` elements: a row of ones times the matrix. */
function sumOfRows(onnx: OnnxGraph, x: Tensor, width: number): Tensor {
  const rows = sizeOf(x.shape) / width
  const ones = onnx.constant('float32', [1, rows], new Float32Array(rows).fill(1))
  return onnx.add('MatMul', [ones, reshape(onnx, x, [rows, width])], { shape: [1, width] })
}
