import type { Node } from '@lockstep/core'
import { convertsFreely, isImage, type Layout } from './layout.ts'
import type { Lowering } from './lowering.ts'
import { bytesOf, type Tensor } from './tensor.ts'

/**
 * The layout in which an operation that works in any should be done: the one for which fewer bytes have to be moved,
 * counting the operands that lack it and the layouts in which the result is wanted.
 */
export function chooseLayout(node: Node, lowering: Lowering): Layout {
  if (!isImage(node)) return 'plain'
  const [plain, channelsFirst] = [bytesMoved(node, lowering, 'plain'), bytesMoved(node, lowering, 'channelsFirst')]
  if (plain !== channelsFirst) return plain < channelsFirst ? 'plain' : 'channelsFirst'
  return node.inputs.every((operand) => lowering.has(operand, 'plain')) ? 'plain' : 'channelsFirst'
}

function bytesMoved(node: Node, lowering: Lowering, layout: Layout): number {
  const lacking = [...new Set(node.inputs)].filter((operand) => !lowering.has(operand, layout))
  const before = lacking.map((operand) => conversionBytes(lowering.made(operand).tensor, layout))
  const opposite = layout === 'plain' ? 'channelsFirst' : 'plain'
  const after = lowering.demandOf(node).has(opposite)
    ? conversionBytes({ type: node.dtype, shape: node.shape }, opposite)
    : 0
  return before.reduce((sum, bytes) => sum + bytes, after)
}

function conversionBytes(tensor: Tensor, to: Layout): number {
  return convertsFreely(tensor.shape, to) ? 0 : bytesOf(tensor)
}
