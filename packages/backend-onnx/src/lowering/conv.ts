import type { Node, NodeOf, Pair } from '@lockstep/core'
import { backwards, blockedInput, type ConvExtras, emitBlockedConv, forwards, windowOf } from './blocked-conv.ts'
import type { Emitters } from './emitter.ts'
import { filterGradient } from './filter-gradient.ts'
import type { Lowering } from './lowering.ts'
import { moveAxes } from './shaping.ts'
import type { Tensor } from './tensor.ts'
import { transposedAttributes, windowAttributes } from './window.ts'

const nothing: ConvExtras = { bias: undefined, relu: false }

/** Defines `node` as a convolution and what it does along with it; a relu only where the convolution is blocked. */
export function emitConv(node: Node, conv: NodeOf<'conv2d'>, extras: ConvExtras, lowering: Lowering): void {
  const sliding = forwards(conv)
  const input = blockedInput(sliding, lowering.options.block)
  if (sliding !== undefined && input !== undefined) {
    emitBlockedConv(node, sliding, input, extras, lowering)
    return
  }
  const [x, kernel] = conv.inputs as [Node, Node]
  const { bias } = extras
  const inputs = [lowering.full(x, 'channelsFirst'), channelsFirst(kernel, lowering), ...(bias ? [bias] : [])]
  const shape = lowering.shapeIn(node, 'channelsFirst')
  const attributes = { ...windowAttributes(windowOf(kernel.shape, conv.attributes)), group: conv.attributes.groups }
  lowering.define(node, lowering.onnx.add('Conv', inputs, { shape }, { attributes }), 'channelsFirst')
}

function inputGradient(node: NodeOf<'conv2dInputGradient'>, lowering: Lowering): void {
  const sliding = backwards(node)
  const input = blockedInput(sliding, lowering.options.block)
  if (sliding !== undefined && input !== undefined) {
    emitBlockedConv(node as Node, sliding, input, nothing, lowering)
    return
  }
  const [dy, kernel] = node.inputs as [Node, Node]
  const inputs = [lowering.full(dy, 'channelsFirst'), channelsFirst(kernel, lowering)]
  const shape = lowering.shapeIn(node as Node, 'channelsFirst')
  const image = node.shape.slice(1, 3) as unknown as Pair
  const window = windowOf(kernel.shape, node.attributes)
  const attributes = { ...transposedAttributes(image, window), group: node.attributes.groups }
  lowering.define(node as Node, lowering.onnx.add('ConvTranspose', inputs, { shape }, { attributes }), 'channelsFirst')
}

/** A kernel HWIO as OIHW, which is also how a transposed convolution reads it backwards. */
function channelsFirst(kernel: Node, lowering: Lowering): Tensor {
  return moveAxes(lowering.onnx, lowering.full(kernel), [3, 2, 0, 1])
}

export const convEmitters: Emitters<'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'> = {
  conv2d: (node, lowering) => emitConv(node as Node, node, nothing, lowering),
  conv2dInputGradient: inputGradient,
  conv2dFilterGradient: filterGradient,
}
