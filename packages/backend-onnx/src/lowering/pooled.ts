import type { Pool2dAttributes, Shape } from '@lockstep/core'
import { nchwc } from './nchwc.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import type { Tensor } from './tensor.ts'
import { windowAttributes } from './window.ts'

/** A pooling of an image that has its channels first, or is blocked; so is the result, of the given shape. */
export function pooled(
  onnx: OnnxGraph,
  op: 'MaxPool' | 'AveragePool',
  x: Tensor,
  shape: Shape,
  window: Pool2dAttributes,
): Tensor {
  // ONNX's defaults leave padding out of maxima and averages.
  const attributes = windowAttributes(window)
  return x.shape.length === 5 ? nchwc(onnx, op, [x], shape, attributes) : onnx.add(op, [x], { shape }, { attributes })
}
