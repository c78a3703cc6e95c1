import type { Node, NodeOf, Pair, Pool2dAttributes, Shape } from '@lockstep/core'
import type { Lowering } from './lowering.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import { reshape } from './shaping.ts'
import { poolingLayout } from './spatial-layouts.ts'
import type { Tensor } from './tensor.ts'
import { spread, tiles, uncropped } from './tiling.ts'
import { transposedAttributes } from './window.ts'

/** Each window's gradient, shared equally among its elements; padding is none of them. */
export function averagePoolGradient(node: NodeOf<'avgPool2dGradient'>, lowering: Lowering): void {
  const { onnx } = lowering
  const { attributes } = node
  const layout = poolingLayout(node, lowering.options.block)
  const dy = lowering.full(node.inputs[0] as Node, layout)
  const image = node.shape.slice(1, 3) as unknown as Pair
  const share = onnx.add('Mul', [dy, portions(onnx, image, dy.shape, attributes)], { shape: dy.shape })
  const dx = tiles(attributes)
    ? uncropped(onnx, spread(onnx, share, attributes.size), image)
    : addedBack(onnx, share, image, attributes)
  lowering.define(node as Node, dx, layout)
}

/** 1 / (number of image elements in the window), `[1, 1, OH, OW]`, or one number if they are all the same. */
function portions(onnx: OnnxGraph, image: Pair, output: Shape, attributes: Pool2dAttributes): Tensor {
  const [rows, columns] = [0, 1].map((axis) => {
    const [extent, count] = [image[axis] as number, output[axis + 2] as number]
    const [size, stride] = [attributes.size[axis] as number, attributes.strides[axis] as number]
    const before = (attributes.padding[axis] as Pair)[0]
    return Array.from({ length: count }, (_, index) => {
      const start = index * stride - before
      return Math.min(extent, start + size) - Math.max(0, start)
    })
  }) as [number[], number[]]
  const values = rows.flatMap((height) => columns.map((width) => 1 / (height * width)))
  if (new Set(values).size === 1) return onnx.scalar(values[0] as number)
  return onnx.constant('float32', [1, 1, rows.length, columns.length], Float32Array.from(values))
}

/** Overlapping windows add up: a transposed convolution of every channel with a kernel of ones. */
function addedBack(onnx: OnnxGraph, share: Tensor, image: Pair, attributes: Pool2dAttributes): Tensor {
  const [n, c, oh, ow] = share.shape as [number, number, number, number]
  const [kh, kw] = attributes.size
  const ones = onnx.constant('float32', [1, 1, kh, kw], new Float32Array(kh * kw).fill(1))
  const inputs = [reshape(onnx, share, [n * c, 1, oh, ow]), ones]
  const shape = [n * c, 1, ...image]
  const dx = onnx.add('ConvTranspose', inputs, { shape }, { attributes: transposedAttributes(image, attributes) })
  return reshape(onnx, dx, [n, c, ...image])
}
