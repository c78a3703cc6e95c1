import type { Shape } from '@lockstep/core'
import type { Attribute, OnnxGraph } from './onnx-graph.ts'
import { reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'

/**
 * An operation of ONNX Runtime's internal domain for blocked images. It knows those as `[N, C, H, W]` whatever their
 * order in memory; here, and in the results, they are `[N, C / block, H, W, block]`.
 */
export function nchwc(
  onnx: OnnxGraph,
  op: string,
  inputs: readonly [image: Tensor, ...others: (Tensor | undefined)[]],
  shape: Shape,
  attributes: Readonly<Record<string, Attribute>>,
): Tensor {
  const [image, ...others] = inputs
  const operands = [reshape(onnx, image, planes(image.shape)), ...others]
  const result = onnx.add(op, operands, { shape: planes(shape) }, { attributes, domain: 'com.microsoft.nchwc' })
  return reshape(onnx, result, shape)
}

function planes(shape: Shape): Shape {
  if (shape.length === 4) return shape
  const [n, blocks, h, w, inBlock] = shape as [number, number, number, number, number]
  return [n, blocks * inBlock, h, w]
}
