import type { Conv2dAttributes, Node, NodeOf, Pair, Shape } from '@lockstep/core'
import type { Emitters } from './emitter.ts'
import { filterGradient } from './filter-gradient.ts'
import { arranged } from './layout.ts'
import type { Lowering } from './lowering.ts'
import { moveAxes } from './shaping.ts'
import type { Tensor } from './tensor.ts'
import { transposedAttributes, type Window, windowAttributes } from './window.ts'

/** A convolution, with one value per output channel added where given; the result has its channels first. */
export function emitConv(node: NodeOf<'conv2d'>, bias: Tensor | undefined, lowering: Lowering): Tensor {
  const [x, kernel] = node.inputs as [Node, Node]
  const inputs = [lowering.full(x, 'channelsFirst'), channelsFirst(kernel, lowering), ...(bias ? [bias] : [])]
  const shape = arranged(node.shape, 'channelsFirst')
  const attributes = { ...windowAttributes(windowOf(kernel.shape, node.attributes)), group: node.attributes.groups }
  return lowering.onnx.add('Conv', inputs, { shape }, { attributes })
}

function inputGradient(node: NodeOf<'conv2dInputGradient'>, lowering: Lowering): void {
  const [dy, kernel] = node.inputs as [Node, Node]
  const inputs = [lowering.full(dy, 'channelsFirst'), channelsFirst(kernel, lowering)]
  const shape = arranged(node.shape, 'channelsFirst')
  const image = node.shape.slice(1, 3) as unknown as Pair
  const window = windowOf(kernel.shape, node.attributes)
  const attributes = { ...transposedAttributes(image, window), group: node.attributes.groups }
  lowering.define(node, lowering.onnx.add('ConvTranspose', inputs, { shape }, { attributes }), 'channelsFirst')
}

/** A kernel HWIO as OIHW, which is also how a transposed convolution reads it backwards. */
function channelsFirst(kernel: Node, lowering: Lowering): Tensor {
  return moveAxes(lowering.onnx, lowering.full(kernel), [3, 2, 0, 1])
}

function windowOf(kernel: Shape, attributes: Conv2dAttributes): Window {
  return { ...attributes, size: kernel.slice(0, 2) as unknown as Pair }
}

export const convEmitters: Emitters<'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'> = {
  conv2d: (node, lowering) => lowering.define(node, emitConv(node, undefined, lowering), 'channelsFirst'),
  conv2dInputGradient: inputGradient,
  conv2dFilterGradient: filterGradient,
}
