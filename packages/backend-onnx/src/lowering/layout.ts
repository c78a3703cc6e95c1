import type { Node, Shape } from '@lockstep/core'

/**
 * How the axes of an image batch lie in memory: as the graph has them (NHWC), as ONNX's convolutions want them (NCHW),
 * or as the CPU's vectors want them, in blocks of some channels (`[N, C / block, H, W, block]`; a single channel, which
 * is to be broadcast, is a block of one). Values of other ranks are always plain.
 */
export type Layout = 'plain' | 'channelsFirst' | 'blocked'

/** For each layout, the axes of NHWC in its order; the blocked one has the channels in two parts. */
const order: Readonly<Record<Layout, readonly number[]>> = {
  plain: [0, 1, 2, 3],
  channelsFirst: [0, 3, 1, 2],
  blocked: [0, 3, 1, 2, 3],
}

/** Whether a value can lie in other layouts than the plain one. */
export function isImage(node: Node): boolean {
  return node.shape.length === 4
}

/** Whether an image can lie in blocks of so many channels; 0 stands for no blocks. */
export function fitsBlocks(node: Node, block: number): boolean {
  return block > 0 && isImage(node) && (node.shape[3] as number) % block === 0
}

/** Four values, one per axis of NHWC, in the order of a layout; in blocks, that of the channels comes twice. */
export function arranged<T>(values: readonly T[], layout: Layout): readonly T[] {
  return order[layout].map((axis) => values[axis] as T)
}

/** The shape that an image `[N, H, W, C]` has in a layout. */
export function shapeIn(shape: Shape, layout: Layout, block: number): Shape {
  const extents = arranged(shape, layout)
  if (layout !== 'blocked' || extents[1] === 1) return extents
  return [extents[0], (extents[1] as number) / block, extents[2], extents[3], block] as Shape
}

/** Where axis `axis` of NHWC lies in a layout: in one place, or in two. */
export function axesIn(axis: number, layout: Layout): readonly number[] {
  return order[layout].flatMap((held, place) => (held === axis ? [place] : []))
}

/** `[N, H, W, C]` of a tensor in a layout. */
export function plainShape(shape: Shape, layout: Layout): Shape {
  if (layout === 'plain' || shape.length < 4) return [...Array<number>(4 - shape.length).fill(1), ...shape]
  const [n, c, h, w, inBlock = 1] = shape as [number, number, number, number, number?]
  return [n, h, w, c * inBlock]
}
