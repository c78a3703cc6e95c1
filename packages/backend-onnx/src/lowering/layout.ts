import { type Node, type Shape, sizeOf } from '@lockstep/core'
import type { OnnxGraph } from './onnx-graph.ts'
import { keepsOrder, moveAxes, reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'

/**
 * How the axes of an image batch lie in memory: as the graph has them (NHWC), or as ONNX's convolutions want them
 * (NCHW). Values of other ranks are always plain.
 */
export type Layout = 'plain' | 'channelsFirst'

/** For each layout, the axes of the other one in its order. */
const order = { plain: [0, 2, 3, 1], channelsFirst: [0, 3, 1, 2] } as const

/** Whether a value can lie in either layout. */
export function isImage(node: Node): boolean {
  return node.shape.length === 4
}

/** Four values, one per axis of NHWC, in the order of a layout. */
export function arranged<T>(values: readonly T[], layout: Layout): readonly T[] {
  return layout === 'plain' ? values : order.channelsFirst.map((axis) => values[axis] as T)
}

/** Where axis `axis` of NHWC lies in a layout. */
export function axisIn(axis: number, layout: Layout): number {
  return layout === 'plain' ? axis : (order.plain[axis] as number)
}

/** Brings a value of rank ≤ 4, which may still have to be broadcast, from the one layout into the other. */
export function converted(onnx: OnnxGraph, tensor: Tensor, to: Layout): Tensor {
  if (sizeOf(tensor.shape) === 1) return tensor
  return moveAxes(onnx, reshape(onnx, tensor, paddedShape(tensor.shape)), order[to])
}

/** Whether that moves no element. */
export function convertsFreely(shape: Shape, to: Layout): boolean {
  return keepsOrder(paddedShape(shape), order[to])
}

function paddedShape(shape: Shape): Shape {
  return [...Array<number>(4 - shape.length).fill(1), ...shape]
}
