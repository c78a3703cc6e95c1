import type { Pair, Pool2dAttributes, Shape } from '@lockstep/core'
import { nchwc } from './nchwc.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import type { Tensor } from './tensor.ts'

/** Whether windows lie side by side without padding, so that every element belongs to one window at most. */
export function tiles({ size, strides, padding }: Pool2dAttributes): boolean {
  return size.every((extent, axis) => extent === strides[axis]) && padding.flat().every((count) => count === 0)
}

/** Repeats every element of `[N, C, OH, OW]`, or of blocks, over its window. */
export function spread(onnx: OnnxGraph, x: Tensor, [kh, kw]: Pair): Tensor {
  const [h, w] = x.shape.slice(2, 4) as [number, number]
  const shape = withExtents(x.shape, [h * kh, w * kw])
  if (x.shape.length === 5) return nchwc(onnx, 'Upsample', [x], shape, { scales: [1, 1, kh, kw] })
  const scales = onnx.constant('float32', [4], Float32Array.of(1, 1, kh, kw))
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
  return onnx.add('Resize', [x, undefined, scales], { shape }, { attributes })
}

/** The part of `[N, C, H, W]`, or of blocks, that windows cover. */
export function cropped(onnx: OnnxGraph, x: Tensor, [h, w]: Pair): Tensor {
  if (x.shape[2] === h && x.shape[3] === w) return x
  const shape = withExtents(x.shape, [h, w])
  return onnx.add('Slice', [x, onnx.int64([0, 0]), onnx.int64([h, w]), onnx.int64([2, 3])], { shape })
}

/** Zeros where windows do not reach. */
export function uncropped(onnx: OnnxGraph, x: Tensor, extents: Pair): Tensor {
  const shape = withExtents(x.shape, extents)
  const after = shape.map((extent, axis) => extent - (x.shape[axis] as number))
  if (after.every((count) => count === 0)) return x
  return onnx.add('Pad', [x, onnx.int64([...after.map(() => 0), ...after])], { shape })
}

function withExtents(shape: Shape, extents: Pair): Shape {
  return [...shape.slice(0, 2), ...extents, ...shape.slice(4)]
}
