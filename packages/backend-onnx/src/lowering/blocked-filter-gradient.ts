import type { Node, NodeOf, Pair } from '@lockstep/core'
import type { Layout } from './layout.ts'
import type { Lowering } from './lowering.ts'
import { nchwc } from './nchwc.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import { surrounded } from './patches.ts'
import { moveAxes, reshape } from './shaping.ts'
import { sumOver } from './sum.ts'
import type { Tensor } from './tensor.ts'

/** Of dy as a filter, what a convolution reads again and again should stay in a core's cache. */
const filterBytes = 512 * 1024
/** Blocks of output channels that the engine computes together. */
const blocksTogether = 4

/** The sizes of one gradient; the batch is in blocks of images, dy in bands of rows. */
interface Sizes {
  readonly block: number
  readonly imageBlocks: number
  readonly bands: number
  /** Rows of dy, and of x below them, in a band. */
  readonly rows: Pair
  /** Columns of dy, and of x with its padding. */
  readonly columns: Pair
  /** How x has its channels: so many parts of so many. */
  readonly inputs: Pair
  readonly outputs: number
}

/** Whether images and dy's channels fill blocks. */
export function convolvesImages({ inputs, shape, attributes }: NodeOf<'conv2dFilterGradient'>, block: number): boolean {
  const images = (inputs[0] as Node).shape[0] as number
  return block > 0 && attributes.groups === 1 && images % block === 0 && (shape[3] as number) % block === 0
}

/** In which layout such a gradient takes x. */
export function imageLayout({ shape }: NodeOf<'conv2dFilterGradient'>, block: number): Layout {
  return (shape[2] as number) % block === 0 ? 'blocked' : 'plain'
}

/**
 * A filter gradient as a convolution of its own: dy is the filter, images are what channels are otherwise, pixels and
 * their channels are one axis, so that the original's strides are dilations, that of columns times the channels. The
 * result holds the kernel's rows, and its columns and input channels in one axis. Blocks of images are groups, whose
 * results are summed up; blocks of input channels are a batch. Nothing is laid out tap by tap; only rows where bands
 * overlap exist twice.
 */
export function blockedFilterGradient(node: NodeOf<'conv2dFilterGradient'>, lowering: Lowering): void {
  const { onnx, options } = lowering
  const [x, dy] = node.inputs as [Node, Node]
  const sizes = sizesOf(node, options.block)
  const { strides, dilations } = node.attributes
  const [height, width] = node.shape as [number, number, number, number]
  const { block, rows, columns, inputs, outputs } = sizes
  const groups = groupsOf(sizes)
  const seen = columns[1] - (columns[0] - 1) * strides[1]
  const kernels = [inputs[0], (groups * outputs) / block, height, seen * inputs[1], block]
  const attributes = {
    kernel_shape: [rows[0], columns[0]],
    strides: [dilations[0], 1],
    dilations: [strides[0], strides[1] * inputs[1]],
    group: groups,
  }
  const image = imagesAsChannels(onnx, lowering.full(x, imageLayout(node, block)), node, sizes)
  const filter = asFilter(onnx, lowering.full(dy, 'blocked'), sizes)
  const results = nchwc(onnx, 'Conv', [image, filter], kernels, attributes)
  const perGroup = reshape(onnx, results, [inputs[0], groups, outputs / block, height, seen, inputs[1], block])
  const sum = groups === 1 ? reshape(onnx, perGroup, perGroup.shape.toSpliced(1, 1)) : sumOver(onnx, perGroup, [1])
  const taps = everyTap(onnx, sum, width, dilations[1])
  lowering.define(node as Node, reshape(onnx, moveAxes(onnx, taps, [2, 3, 0, 4, 1, 5]), node.shape))
}

function sizesOf(node: NodeOf<'conv2dFilterGradient'>, block: number): Sizes {
  const [x, dy] = node.inputs as [Node, Node]
  const { strides, dilations, padding } = node.attributes
  const [n, height, width] = dy.shape as [number, number, number, number]
  const [kernelRows, , channels, outputs] = node.shape as [number, number, number, number]
  const more = (kernelRows - 1) * dilations[0]
  const bytesPerRow = 4 * block * width * Math.min(outputs, blocksTogether * block)
  const wanted = Math.max(1, Math.floor(filterBytes / bytesPerRow), Math.ceil(more / strides[0]))
  const rows = divisorUpTo(height, wanted)
  return {
    block,
    imageBlocks: n / block,
    bands: height / rows,
    rows: [rows, (rows - 1) * strides[0] + more + 1],
    columns: [width, (x.shape[2] as number) + padding[1][0] + padding[1][1]],
    inputs: channels % block === 0 ? [channels / block, block] : [1, channels],
    outputs,
  }
}

function divisorUpTo(count: number, limit: number): number {
  let divisor = Math.min(count, limit)
  while (count % divisor !== 0) divisor--
  return divisor
}

/** The engine's threads share groups: blocks of images, or halves of the bands where all images are one block. */
function groupsOf({ imageBlocks, bands }: Sizes): number {
  return imageBlocks === 1 && bands % 2 === 0 ? 2 : imageBlocks
}

/** Of each part of the channels, `[blocks of images and bands, rows, columns · C, images in block]`. */
function imagesAsChannels(
  onnx: OnnxGraph,
  x: Tensor,
  node: NodeOf<'conv2dFilterGradient'>,
  { block, imageBlocks, bands, rows, columns, inputs: [parts, channels] }: Sizes,
): Tensor {
  const [[top, bottom], [left, right]] = node.attributes.padding
  const outer = x.shape.length === 5 ? [0, 0] : [0]
  const padded = surrounded(onnx, x, [...outer, top, left, 0], [...outer, bottom, right, 0])
  const [height, width] = [padded.shape[outer.length] as number, columns[1] * channels]
  const shape = [1, imageBlocks, parts * height, width, block]
  const planes = reshape(onnx, padded, [1, imageBlocks * block, parts * height, width])
  const image = nchwc(onnx, 'ReorderInput', [planes], shape, { channels_last: 0 })
  const picked: number[] = []
  for (let part = 0; part < parts; part++)
    for (let images = 0; images < imageBlocks; images++)
      for (let band = 0; band < bands; band++)
        for (let row = 0; row < rows[1]; row++)
          picked.push((images * parts + part) * height + band * rows[0] * node.attributes.strides[0] + row)
  const lines = reshape(onnx, image, [1, imageBlocks * parts * height, width * block])
  const all = picked.length === lines.shape[1] && picked.every((row, index) => row === index)
  return reshape(onnx, all ? lines : gathered(onnx, lines, picked), [parts, imageBlocks * bands, rows[1], width, block])
}

/** Of each block of images and band, `[K / block, rows, columns, images in block, K in block]`. */
function asFilter(onnx: OnnxGraph, dy: Tensor, sizes: Sizes): Tensor {
  const { block, imageBlocks, bands, rows, columns, outputs } = sizes
  const [blocks, pixels] = [outputs / block, rows[0] * bands * columns[0]]
  const outer = groupsOf(sizes) / imageBlocks
  const inner = pixels / outer
  const order: number[] = []
  for (let part = 0; part < outer; part++)
    for (let channel = 0; channel < blocks; channel++)
      for (let pixel = part * inner; pixel < (part + 1) * inner; pixel++)
        for (let image = 0; image < block; image++) order.push((image * blocks + channel) * pixels + pixel)
  const vectors = reshape(onnx, dy, [imageBlocks, block * blocks * pixels, block])
  const filter = gathered(onnx, vectors, order)
  return reshape(onnx, filter, [groupsOf(sizes) * outputs, (block * bands) / outer, rows[0], columns[0]])
}

function gathered(onnx: OnnxGraph, x: Tensor, indices: readonly number[]): Tensor {
  const index = onnx.constant('int32', [indices.length], Int32Array.from(indices))
  const shape = [x.shape[0] as number, indices.length, ...x.shape.slice(2)]
  return onnx.add('Gather', [x, index], { shape }, { attributes: { axis: 1 } })
}

/** Of all columns at which the kernel might look, those where its taps are: `[…, K / block, KH, KW, C, block]`. */
function everyTap(onnx: OnnxGraph, x: Tensor, count: number, dilation: number): Tensor {
  if (x.shape[3] === count) return x
  const shape = x.shape.map((extent, axis) => (axis === 3 ? count : extent))
  const inputs = [[0], [(count - 1) * dilation + 1], [3], [dilation]].map((values) => onnx.int64(values))
  return onnx.add('Slice', [x, ...inputs], { shape })
}
