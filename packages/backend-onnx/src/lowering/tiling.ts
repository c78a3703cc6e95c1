import type { Pair, Pool2dAttributes, Shape } from '@lockstep/core'
import type { OnnxGraph } from './onnx-graph.ts'
import type { Tensor } from './tensor.ts'

/** Whether windows lie side by side without padding, so that every element belongs to one window at most. */
export function tiles({ size, strides, padding }: Pool2dAttributes): boolean {
  return size.every((extent, axis) => extent === strides[axis]) && padding.flat().every((count) => count === 0)
}

/** Repeats every element of `[N, C, OH, OW]` over its window. */
export function spread(onnx: OnnxGraph, x: Tensor, [kh, kw]: Pair): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  const scales = onnx.constant('float32', [4], Float32Array.of(1, 1, kh, kw))
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
  return onnx.add('Resize', [x, undefined, scales], { shape: [n, c, h * kh, w * kw] }, { attributes })
}

/** The part of `[N, C, H, W]` that windows cover. */
export function cropped(onnx: OnnxGraph, x: Tensor, [h, w]: Pair): Tensor {
  if (x.shape[2] === h && x.shape[3] === w) return x
  const shape: Shape = [...x.shape.slice(0, 2), h, w]
  return onnx.add('Slice', [x, onnx.int64([0, 0]), onnx.int64([h, w]), onnx.int64([2, 3])], { shape })
}

/** Zeros where windows do not reach. */
export function uncropped(onnx: OnnxGraph, x: Tensor, [h, w]: Pair): Tensor {
  const [n, c, height, width] = x.shape as [number, number, number, number]
  if (height === h && width === w) return x
  return onnx.add('Pad', [x, onnx.int64([0, 0, 0, 0, 0, 0, h - height, w - width])], { shape: [n, c, h, w] })
}
