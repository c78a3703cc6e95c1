import type { Shape } from '@lockstep/core'
import type { OnnxGraph } from './onnx-graph.ts'
import { cast } from './shaping.ts'
import type { Tensor } from './tensor.ts'

/** Sums over sorted axes. */
export function sumOver(onnx: OnnxGraph, x: Tensor, axes: readonly number[], keepDims = false): Tensor {
  const numbers = x.type === 'bool' ? cast(onnx, x, 'int32') : x
  const shape = reducedShape(x.shape, axes, keepDims)
  const attributes = { keepdims: keepDims ? 1 : 0 }
  return cast(onnx, onnx.add('ReduceSum', [numbers, onnx.int64(axes)], { shape }, { attributes }), x.type)
}

export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis))
}
