import type { Conv2dAttributes, Node, NodeOf, Padding2d, Pair, Shape } from '@lockstep/core'
import type { Layout } from './layout.ts'
import type { Lowering } from './lowering.ts'
import { nchwc } from './nchwc.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import { reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'
import { type Window, windowAttributes } from './window.ts'

/** A kernel that slides over an image, forwards or from a convolution's result back to its image. */
export interface Sliding {
  readonly image: Node
  /** HWIO as in the graph. */
  readonly kernel: Node
  readonly backwards: boolean
  readonly window: Window
}

/** Undefined where channels are in groups. */
export function forwards(node: NodeOf<'conv2d'>): Sliding | undefined {
  const [image, kernel] = node.inputs as [Node, Node]
  const { groups } = node.attributes
  const window = windowOf(kernel.shape, node.attributes)
  return groups === 1 ? { image, kernel, backwards: false, window } : undefined
}

/**
 * The gradient of a convolution that visits every pixel is a convolution too: with the kernel turned round, its channels
 * exchanged, and as much padding as the first one lacked. Undefined for other strides, and in groups.
 */
export function backwards(node: NodeOf<'conv2dInputGradient'>): Sliding | undefined {
  const [image, kernel] = node.inputs as [Node, Node]
  const { strides, groups, padding, dilations } = node.attributes
  const lacking = padding.map((sides, axis) => {
    const reach = ((kernel.shape[axis] as number) - 1) * (dilations[axis] as number)
    return sides.map((count) => reach - count)
  }) as unknown as Padding2d
  if (groups !== 1 || strides.some((stride) => stride !== 1) || lacking.flat().some((count) => count < 0)) {
    return undefined
  }
  return { image, kernel, backwards: true, window: windowOf(kernel.shape, { ...node.attributes, padding: lacking }) }
}

/**
 * The layout in which the engine's blocked convolution takes its image, if it can do it at all: the channels that come
 * out fill blocks, those that go in fill blocks too or are fewer than a block.
 */
export function blockedInput(sliding: Sliding | undefined, block: number): Layout | undefined {
  if (sliding === undefined || block === 0) return undefined
  const { inputs, outputs } = channelsOf(sliding)
  if (outputs % block !== 0) return undefined
  if (inputs % block === 0) return 'blocked'
  return inputs < block ? 'channelsFirst' : undefined
}

/** What the engine does along with a convolution. */
export interface ConvExtras {
  /** One value per output channel. */
  readonly bias: Tensor | undefined
  readonly relu: boolean
}

/** Defines `node` as what comes of it, blocked; `input` is what {@link blockedInput} says. */
export function emitBlockedConv(
  node: Node,
  sliding: Sliding,
  input: Layout,
  { bias, relu }: ConvExtras,
  lowering: Lowering,
): void {
  const { onnx } = lowering
  const kernel = blockedKernel(onnx, lowering.full(sliding.kernel), sliding, lowering.options.block)
  const attributes = { ...windowAttributes(sliding.window), ...(relu && { activation: 'Relu' }) }
  const inputs = [lowering.full(sliding.image, input), kernel, ...(bias ? [bias] : [])] as const
  const result = nchwc(onnx, 'Conv', inputs, lowering.shapeIn(node, 'blocked'), attributes)
  lowering.define(node, result, 'blocked')
}

/** `[O / block, I / block, H, W, I in block, O in block]`; inputs that are fewer than a block are one each. */
function blockedKernel(onnx: OnnxGraph, kernel: Tensor, sliding: Sliding, block: number): Tensor {
  const [h, w, ...channels] = kernel.shape as [number, number, number, number]
  const { inputs, outputs } = channelsOf(sliding)
  const split = channels.flatMap((count) => (count % block === 0 ? [count / block, block] : [count, 1]))
  const oriented = sliding.backwards ? turned(onnx, kernel) : kernel
  const perm = sliding.backwards ? [2, 4, 0, 1, 5, 3] : [4, 2, 0, 1, 3, 5]
  const parts = reshape(onnx, oriented, [h, w, ...split])
  const shape = perm.map((axis) => parts.shape[axis] as number)
  const moved = onnx.add('Transpose', [parts], { shape }, { attributes: { perm } })
  return reshape(onnx, moved, [outputs, inputs, h, w])
}

/** The taps in reverse order. */
function turned(onnx: OnnxGraph, kernel: Tensor): Tensor {
  const [h, w, inputs, outputs] = kernel.shape as [number, number, number, number]
  const taps = h * w
  const last = Int32Array.from({ length: taps }, (_, index) => taps - 1 - index)
  const rows = reshape(onnx, kernel, [taps, inputs * outputs])
  return onnx.add('Gather', [rows, onnx.constant('int32', [taps], last)], { shape: rows.shape })
}

function channelsOf({ kernel, backwards }: Sliding): { readonly inputs: number; readonly outputs: number } {
  const [inputs, outputs] = kernel.shape.slice(2) as [number, number]
  return backwards ? { inputs: outputs, outputs: inputs } : { inputs, outputs }
}

/** The window of a kernel HWIO. */
export function windowOf(kernel: Shape, attributes: Conv2dAttributes): Window {
  return { ...attributes, size: kernel.slice(0, 2) as unknown as Pair }
}
