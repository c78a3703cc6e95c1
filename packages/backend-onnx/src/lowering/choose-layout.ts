import { type Node, sizeOf } from '@lockstep/core'
import { convertsFreely } from './convert-layout.ts'
import { fitsBlocks, isImage, type Layout } from './layout.ts'
import type { Lowering } from './lowering.ts'
import type { Tensor } from './tensor.ts'

const anyBlocks = { blocks: true }

/**
 * The layout in which an operation that works in any should be done: the one for which the fewest elements have to be
 * moved, counting the operands that lack it and the layouts in which the result is wanted. `blocks` is false where the
 * operation takes channels apart.
 */
export function chooseLayout(
  node: Node,
  lowering: Lowering,
  { blocks }: { readonly blocks: boolean } = anyBlocks,
): Layout {
  if (!isImage(node)) return 'plain'
  const { block } = lowering.options
  const fits = blocks && [node, ...node.inputs].every((value) => fitsBlocks(value, block))
  const layouts: readonly Layout[] = fits ? ['plain', 'blocked', 'channelsFirst'] : ['plain', 'channelsFirst']
  const ranked = layouts.map((layout) => {
    const lacking = [...new Set(node.inputs)].filter((operand) => !lowering.has(operand, layout))
    return { layout, lacking: lacking.length, moved: elementsMoved(node, lowering, layout, lacking) }
  })
  const best = ranked.reduce((best, next) =>
    next.moved < best.moved || (next.moved === best.moved && next.lacking < best.lacking) ? next : best,
  )
  return best.layout
}

function elementsMoved(node: Node, lowering: Lowering, layout: Layout, lacking: readonly Node[]): number {
  const { block } = lowering.options
  const moved = (tensor: Tensor, from: Layout, to: Layout): number =>
    convertsFreely(tensor.shape, { from, to, block }) ? 0 : sizeOf(tensor.shape)
  const before = lacking.map((operand) => {
    const made = lowering.made(operand)
    return moved(made.tensor, made.layout, layout)
  })
  const others = [...lowering.demandOf(node)].filter((wanted) => wanted !== layout)
  const result: Tensor = { type: node.dtype, shape: lowering.shapeIn(node, layout) }
  const after = others.map((wanted) => moved(result, layout, wanted))
  return [...before, ...after].reduce((sum, count) => sum + count, 0)
}
