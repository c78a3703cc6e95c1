import { LockstepError } from '../../errors.ts'
import type { Padding2d, Pair } from '../node.ts'

/** `valid`: no padding. `same`: so much that a stride of 1 keeps the extents, the odd element at the end (TensorFlow). */
export type PaddingMode = 'valid' | 'same' | Padding2d

/** One number for both axes, or `[height, width]`. */
export type PairLike = number | Pair

export function pairOf(value: PairLike): Pair {
  return typeof value === 'number' ? [value, value] : value
}

/** How a window slides over two axes. */
export interface Window {
  readonly size: Pair
  readonly strides: Pair
  readonly dilations: Pair
  readonly padding: Padding2d
}

/** Extent of the dilated window: (size − 1) · dilation + 1. */
export function reachOf(size: number, dilation: number): number {
  return (size - 1) * dilation + 1
}

/** Explicit padding for a mode over the image extents `[height, width]`. */
export function resolvePadding(mode: PaddingMode, image: Pair, size: Pair, strides: Pair, dilations: Pair): Padding2d {
  if (mode === 'valid')
    return [
      [0, 0],
      [0, 0],
    ]
  if (mode !== 'same') return mode
  const pads = [0, 1].map((axis) => {
    const [extent, stride] = [image[axis] as number, strides[axis] as number]
    const reach = reachOf(size[axis] as number, dilations[axis] as number)
    const total = Math.max(0, (Math.ceil(extent / stride) - 1) * stride + reach - extent)
    return [Math.floor(total / 2), Math.ceil(total / 2)] as const
  })
  return pads as unknown as Padding2d
}

/** Output extents of a sliding window; throws when the window does not fit once. */
export function slideOver(operation: string, image: Pair, window: Window): Pair {
  const extents = [0, 1].map((axis) => {
    const [before, after] = window.padding[axis] as Pair
    const padded = (image[axis] as number) + before + after
    const reach = reachOf(window.size[axis] as number, window.dilations[axis] as number)
    return Math.floor((padded - reach) / (window.strides[axis] as number)) + 1
  })
  checkWindow(operation, image, window, extents)
  return extents as unknown as Pair
}

function checkWindow(operation: string, image: Pair, window: Window, extents: readonly number[]): void {
  const positive = [...window.size, ...window.strides, ...window.dilations].every((n) => Number.isInteger(n) && n >= 1)
  const padded = window.padding.flat().every((n) => Number.isInteger(n) && n >= 0)
  if (positive && padded && extents.every((extent) => extent >= 1)) return
  throw new LockstepError(
    'shape-mismatch',
    { operation, shapes: [image, window.size] },
    `${operation}: a window of ${window.size.join('×')} (strides ${window.strides.join('×')}, dilations ${window.dilations.join('×')}, ` +
      `padding ${JSON.stringify(window.padding)}) does not fit an image of ${image.join('×')}; use a smaller window or padding 'same'`,
  )
}
