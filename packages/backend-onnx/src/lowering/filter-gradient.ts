import type { Node, NodeOf, Pair } from '@lockstep/core'
import type { Lowering } from './lowering.ts'
import { batchedProduct } from './matmul.ts'
import { moveAxes, reshape } from './shaping.ts'
import { sumOver } from './sum.ts'
import type { Tensor } from './tensor.ts'
import { type Window, windowAttributes } from './window.ts'

/**
 * The gradient of a convolution's kernel: per image and group, dy `[K/G, positions]` times the patches
 * `[C/G · taps, positions]` transposed; then summed over the images. Serves every stride, dilation, padding and
 * grouping, since the patches are read off by a convolution with the same window.
 */
export function filterGradient(node: NodeOf<'conv2dFilterGradient'>, lowering: Lowering): void {
  const { onnx } = lowering
  const [x, dy] = node.inputs as [Node, Node]
  const [kh, kw, inputs, outputs] = node.shape as [number, number, number, number]
  const { groups } = node.attributes
  const [n, oh, ow] = dy.shape as [number, number, number, number]
  const image = lowering.full(x, 'channelsFirst')
  const window: Window = { ...node.attributes, size: [kh, kw] }
  const rows = reshape(onnx, patches(lowering, image, window, [oh, ow]), [n, groups, inputs * kh * kw, oh * ow])
  const gradient = reshape(onnx, lowering.full(dy, 'channelsFirst'), [n, groups, outputs / groups, oh * ow])
  const perImage = batchedProduct(lowering, gradient, rows, { transposeA: false, transposeB: true })
  const kernel = reshape(onnx, sumOver(onnx, perImage, [0]), [outputs, inputs, kh, kw])
  lowering.define(node as Node, moveAxes(onnx, kernel, [2, 3, 1, 0]))
}

/** What the window sees at each position, `[N · C, taps, OH, OW]`: a convolution of every channel with one-hot kernels. */
export function patches(
  { onnx }: { readonly onnx: Lowering['onnx'] },
  image: Tensor,
  window: Window,
  output: Pair,
): Tensor {
  const [n, c, h, w] = image.shape as [number, number, number, number]
  const taps = window.size[0] * window.size[1]
  const planes = reshape(onnx, image, [n * c, 1, h, w])
  if (taps === 1 && h === output[0] && w === output[1]) return planes
  const attributes = windowAttributes(window)
  return onnx.add(
    'Conv',
    [planes, oneHotKernels(onnx, window.size)],
    { shape: [n * c, taps, ...output] },
    { attributes },
  )
}

/** `[taps, 1, KH, KW]`: kernel i sees tap i and nothing else. */
export function oneHotKernels(onnx: Lowering['onnx'], [kh, kw]: Pair): Tensor {
  const taps = kh * kw
  const data = Float32Array.from({ length: taps * taps }, (_, index) => (index % (taps + 1) === 0 ? 1 : 0))
  return onnx.constant('float32', [taps, 1, kh, kw], data)
}
