import { type Shape, sameShape } from '@lockstep/core'
import type { OnnxGraph } from './onnx-graph.ts'
import type { ElementType, Tensor } from './tensor.ts'

/** The same elements under another shape; nothing is emitted when the shape stays. */
export function reshape(onnx: OnnxGraph, x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : onnx.add('Reshape', [x, onnx.int64(shape)], { shape })
}

/** Reorders axes; a reshape where only extents of 1 move. */
export function moveAxes(onnx: OnnxGraph, x: Tensor, permutation: readonly number[]): Tensor {
  const shape = permutation.map((axis) => x.shape[axis] as number)
  if (keepsOrder(x.shape, permutation)) return reshape(onnx, x, shape)
  return onnx.add('Transpose', [x], { shape }, { attributes: { perm: permutation } })
}

/** True when a permutation only moves axes of extent 1, so that no element moves. */
export function keepsOrder(shape: Shape, permutation: readonly number[]): boolean {
  const moved = permutation.filter((axis) => shape[axis] !== 1)
  return moved.every((axis, index) => index === 0 || axis > (moved[index - 1] as number))
}

/** Stretches extents of 1 and missing leading axes. */
export function expand(onnx: OnnxGraph, x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : onnx.add('Expand', [x, onnx.int64(shape)], { shape })
}

const typeNumbers = { float32: 1, int32: 6, int64: 7, bool: 9 } as const

/** Converts the elements as C does: to int32 truncates, to bool compares with zero. */
export function cast(onnx: OnnxGraph, x: Tensor, type: ElementType): Tensor {
  if (x.type === type) return x
  return onnx.add('Cast', [x], { shape: x.shape, type }, { attributes: { to: typeNumbers[type] } })
}
