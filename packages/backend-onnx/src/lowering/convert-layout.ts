import { type Shape, sizeOf } from '@lockstep/core'
import { type Layout, plainShape, shapeIn } from './layout.ts'
import { nchwc } from './nchwc.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import { keepsOrder, moveAxes, reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'

/** From one layout to another. */
export interface Conversion {
  readonly from: Layout
  readonly to: Layout
  /** Channels per block where one of them is blocked. */
  readonly block: number
}

/** Like the layouts' own orders, with the channels split in blocks (3) of channels (4) everywhere. */
const splitOrder: Readonly<Record<Layout, readonly number[]>> = {
  plain: [0, 1, 2, 3, 4],
  channelsFirst: [0, 3, 4, 1, 2],
  blocked: [0, 3, 1, 2, 4],
}

/** Brings a value, which may still have to be broadcast, from one layout into another. */
export function converted(onnx: OnnxGraph, tensor: Tensor, conversion: Conversion): Tensor {
  if (sizeOf(tensor.shape) === 1) return tensor
  const { from, to, block } = conversion
  const plain = plainShape(tensor.shape, from)
  const { split, permutation } = movement(plain, conversion)
  const shape = shapeIn(plain, to, block)
  if (keepsOrder(split, permutation)) return reshape(onnx, tensor, shape)
  if (split.length === 5 && tensor.type === 'float32') return reordered(onnx, tensor, conversion)
  return reshape(onnx, moveAxes(onnx, reshape(onnx, tensor, split), permutation), shape)
}

/** Whether that moves no element. */
export function convertsFreely(shape: Shape, conversion: Conversion): boolean {
  const { split, permutation } = movement(plainShape(shape, conversion.from), conversion)
  return keepsOrder(split, permutation)
}

/** The axes to be moved: channels are split where that leads into blocks or out of them. */
function movement(
  plain: Shape,
  { from, to, block }: Conversion,
): { readonly split: Shape; readonly permutation: readonly number[] } {
  const [n, h, w, c] = plain as [number, number, number, number]
  const splits = (from === 'blocked' || to === 'blocked') && c > 1
  const extents = splits ? [n, h, w, c / block, block] : [n, h, w, c]
  const orderOf = (layout: Layout): readonly number[] => splitOrder[layout].filter((axis) => axis < extents.length)
  const source = orderOf(from)
  return {
    split: source.map((axis) => extents[axis] as number),
    permutation: orderOf(to).map((axis) => source.indexOf(axis)),
  }
}

/** The same by the engine's own operations, which are faster than transposing. */
function reordered(onnx: OnnxGraph, tensor: Tensor, { from, to, block }: Conversion): Tensor {
  const plain = plainShape(tensor.shape, from)
  const outside = from === 'blocked' ? to : from
  const channels_last = outside === 'plain' ? 1 : 0
  if (to === 'blocked') {
    const image = reshape(onnx, tensor, shapeIn(plain, from, block))
    return nchwc(onnx, 'ReorderInput', [image], shapeIn(plain, to, block), { channels_last })
  }
  const attributes = { channels: plain[3] as number, channels_last }
  return nchwc(onnx, 'ReorderOutput', [tensor], shapeIn(plain, to, block), attributes)
}
