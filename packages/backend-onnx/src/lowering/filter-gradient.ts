import { type Node, type NodeOf, type Pair, sizeOf } from '@lockstep/core'
import { blockedFilterGradient, convolvesImages } from './blocked-filter-gradient.ts'
import type { Lowering } from './lowering.ts'
import { batchedProduct, gemm } from './matmul.ts'
import { convolvedPatches, gatheredPatches } from './patches.ts'
import { moveAxes, reshape } from './shaping.ts'
import { sumOver } from './sum.ts'
import type { Tensor } from './tensor.ts'
import type { Window } from './window.ts'

/** With fewer channels than this, pixels are too short to be copied one by one. */
const channelsWorthGathering = 8

/** Patches of all images at once may take this much memory; beyond it they are made for a part of the batch at a time. */
const patchBytes = 256 * 1024 * 1024

/** What one filter gradient is made of; `n` counts the images of a part. */
interface Problem {
  readonly lowering: Lowering
  readonly window: Window
  readonly groups: number
  /** Of the kernel, `[KH, KW, C / groups, K]`. */
  readonly kernel: readonly [number, number, number, number]
  readonly output: Pair
}

/** Whether the gradient reads its image with the channels last. */
export function gathersPixels({ shape, attributes }: NodeOf<'conv2dFilterGradient'>): boolean {
  return attributes.groups === 1 && (shape[2] as number) >= channelsWorthGathering
}

/** Whether every pixel is seen once, by a kernel of one tap. */
export function seesSinglePixels({ shape, attributes }: NodeOf<'conv2dFilterGradient'>): boolean {
  const { groups, strides, padding } = attributes
  const single = [shape[0], shape[1], groups, ...strides].every((count) => count === 1)
  return single && padding.flat().every((count) => count === 0)
}

/** Then it is one product: xᵀ · dy with all pixels for rows. */
function fromSinglePixels(node: NodeOf<'conv2dFilterGradient'>, lowering: Lowering): void {
  const { onnx } = lowering
  const [x, dy] = node.inputs.map((operand) => {
    const width = operand.shape[3] as number
    return reshape(onnx, lowering.full(operand), [sizeOf(operand.shape) / width, width])
  }) as [Tensor, Tensor]
  const product = gemm(onnx, [x, dy], { transposeA: true, transposeB: false })
  lowering.define(node as Node, reshape(onnx, product, node.shape))
}

/** Sum over the images of dy times what the window sees: serves every stride, dilation, padding and grouping. */
export function filterGradient(node: NodeOf<'conv2dFilterGradient'>, lowering: Lowering): void {
  if (seesSinglePixels(node)) {
    fromSinglePixels(node, lowering)
    return
  }
  if (convolvesImages(node, lowering.options.block)) {
    blockedFilterGradient(node, lowering)
    return
  }
  const [x, dy] = node.inputs as [Node, Node]
  const kernel = node.shape as readonly [number, number, number, number]
  const { groups } = node.attributes
  const output = dy.shape.slice(1, 3) as unknown as Pair
  const window: Window = { ...node.attributes, size: [kernel[0], kernel[1]] }
  const problem: Problem = { lowering, window, groups, kernel, output }
  const gathers = gathersPixels(node)
  const images = parts(lowering, lowering.full(x, gathers ? 'plain' : 'channelsFirst'), problem)
  const gradients = parts(lowering, lowering.full(dy, 'channelsFirst'), problem)
  const sums = images.map((image, index) =>
    (gathers ? fromPixels : fromPlanes)(problem, image, gradients[index] as Tensor),
  )
  const [first] = sums as [Tensor]
  const sum = sums.length === 1 ? first : lowering.onnx.add('Sum', sums, { shape: first.shape })
  lowering.define(node as Node, gathers ? kernelFromRows(problem, sum) : kernelFromPlanes(problem, sum))
}

/** Per image, dy `[K, positions]` · patches `[positions, taps · C]`. */
function fromPixels({ lowering, window, kernel, output }: Problem, image: Tensor, dy: Tensor): Tensor {
  const { onnx } = lowering
  const rows = gatheredPatches(onnx, image, window, output)
  const gradient = reshape(onnx, dy, [dy.shape[0] as number, kernel[3], output[0] * output[1]])
  return sumOver(onnx, batchedProduct(lowering, gradient, rows, { transposeA: false, transposeB: false }), [0])
}

function kernelFromRows({ lowering: { onnx }, kernel }: Problem, sum: Tensor): Tensor {
  return reshape(onnx, moveAxes(onnx, sum, [1, 0]), kernel)
}

/** Per image and group, dy `[K/G, positions]` · patches `[C/G · taps, positions]` transposed. */
function fromPlanes({ lowering, window, groups, kernel, output }: Problem, image: Tensor, dy: Tensor): Tensor {
  const { onnx } = lowering
  const [kh, kw, inputs, outputs] = kernel
  const [n, positions] = [dy.shape[0] as number, output[0] * output[1]]
  const planes = convolvedPatches(onnx, image, window, output)
  const rows = reshape(onnx, planes, [n, groups, inputs * kh * kw, positions])
  const gradient = reshape(onnx, dy, [n, groups, outputs / groups, positions])
  return sumOver(onnx, batchedProduct(lowering, gradient, rows, { transposeA: false, transposeB: true }), [0])
}

function kernelFromPlanes({ lowering: { onnx }, kernel: [kh, kw, inputs, outputs] }: Problem, sum: Tensor): Tensor {
  return moveAxes(onnx, reshape(onnx, sum, [outputs, inputs, kh, kw]), [2, 3, 1, 0])
}

/** The batch in so many parts that the patches of one of them stay within bounds. */
function parts({ onnx }: Lowering, x: Tensor, { window, groups, kernel, output }: Problem): readonly Tensor[] {
  const images = x.shape[0] as number
  const perImage = 4 * output[0] * output[1] * window.size[0] * window.size[1] * kernel[2] * groups
  const size = Math.max(1, Math.floor(patchBytes / perImage))
  if (size >= images) return [x]
  const sizes = Array.from({ length: Math.ceil(images / size) }, (_, index) => Math.min(size, images - index * size))
  const outputs = sizes.map((count): Tensor => ({ type: x.type, shape: [count, ...x.shape.slice(1)] }))
  onnx.addNode('Split', [x, onnx.int64(sizes)], outputs, { attributes: { axis: 0 } })
  return outputs
}
