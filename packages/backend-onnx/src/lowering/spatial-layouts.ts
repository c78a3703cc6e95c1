import type { Node, NodeOf } from '@lockstep/core'
import { backwards, blockedInput, forwards } from './blocked-conv.ts'
import { convolvesImages, imageLayout } from './blocked-filter-gradient.ts'
import { gathersPixels, seesSinglePixels } from './filter-gradient.ts'
import { fitsBlocks, type Layout } from './layout.ts'
import { tiles } from './tiling.ts'

/**
 * In which layouts a convolution or pooling takes its operands: blocked wherever the engine can do that. Undefined for all other operations.
 */
export function spatialLayouts(node: Node, block: number): readonly Layout[] | undefined {
  switch (node.op) {
    case 'conv2d':
      return [blockedInput(forwards(node), block) ?? 'channelsFirst', 'plain']
    case 'conv2dInputGradient':
      return [blockedInput(backwards(node), block) ?? 'channelsFirst', 'plain']
    case 'conv2dFilterGradient':
      if (seesSinglePixels(node)) return ['plain', 'plain']
      if (convolvesImages(node, block)) return [imageLayout(node, block), 'blocked']
      return [gathersPixels(node) ? 'plain' : 'channelsFirst', 'channelsFirst']
    case 'maxPool2d':
    case 'avgPool2d':
    case 'maxPool2dGradient':
    case 'avgPool2dGradient':
      return node.inputs.map(() => poolingLayout(node, block))
    default:
      return undefined
  }
}

type Pooling = NodeOf<'maxPool2d' | 'avgPool2d' | 'maxPool2dGradient' | 'avgPool2dGradient'>

/** The layout of a pooling's operands and result. */
export function poolingLayout(node: Pooling, block: number): Layout {
  const gradient = node.op === 'maxPool2dGradient' || node.op === 'avgPool2dGradient'
  return fitsBlocks(node as Node, block) && (!gradient || tiles(node.attributes)) ? 'blocked' : 'channelsFirst'
}
