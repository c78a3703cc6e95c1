import type { Conv2dAttributes, Padding2d, Pair, Pool2dAttributes, Shape } from '@lockstep/core'
import type { Kernels, Tensor } from '../kernels.ts'

/** A window that slides over the pixels of `[N, H, W, C]` images. */
export interface Window {
  readonly image: readonly [n: number, h: number, w: number, c: number]
  readonly output: Pair
  readonly size: Pair
  readonly strides: Pair
  readonly padding: Padding2d
  readonly dilations: Pair
}

/** The window of a pooling, or of a convolution with a kernel of `size`. */
export function windowOf(
  image: Shape,
  output: Shape,
  attributes: Pool2dAttributes | (Conv2dAttributes & { readonly size: Pair }),
): Window {
  return {
    dilations: [1, 1],
    ...attributes,
    image: image as Window['image'],
    output: output.slice(1, 3) as unknown as Pair,
  }
}

/** Positions within the window. */
export function tapsOf({ size }: Window): number {
  return size[0] * size[1]
}

/** Results of one channel, of all images. */
export function positionsOf({ image, output }: Window): number {
  return image[0] * output[0] * output[1]
}

/** Puts `value` around images `[N, H, W, C]`; counts below 0 cut off instead. */
export function framed(kernels: Kernels, x: Tensor, [rows, columns]: Padding2d, value = 0): Tensor {
  const edges: Padding2d = [rows, columns]
  let framedImage = x
  if (edges.flat().some((count) => count < 0)) {
    const [n, h, w, c] = x.shape as [number, number, number, number]
    const begin = [0, Math.max(0, -rows[0]), Math.max(0, -columns[0]), 0]
    const size = [n, h + cut(rows), w + cut(columns), c]
    framedImage = kernels.run('Slice', { x }, { begin, size })
  }
  if (!edges.flat().some((count) => count > 0)) return framedImage
  const [top, bottom, left, right] = edges.flat().map((count) => Math.max(0, count))
  const paddings = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]
  return kernels.run('PadV2', { x: framedImage }, { paddings, constantValue: value })
}

function cut([before, after]: Pair): number {
  return Math.min(0, before) + Math.min(0, after)
}

/** Windows lie side by side: no pixel belongs to two of them. */
function tiles({ size, strides, dilations }: Window): boolean {
  return [0, 1].every((axis) => size[axis] === strides[axis] && dilations[axis] === 1)
}

/** What to put around the image so that it begins at a tap's first pixel and holds one stride for each position. */
function edges({ image, output, strides, padding, dilations }: Window, tap: Pair): Padding2d {
  return [0, 1].map((axis) => {
    const begin = (tap[axis] as number) * (dilations[axis] as number) - (padding[axis] as Pair)[0]
    return [-begin, begin + (output[axis] as number) * (strides[axis] as number) - (image[axis + 1] as number)]
  }) as unknown as Padding2d
}

function negated(padding: Padding2d): Padding2d {
  return padding.map((counts) => counts.map((count) => -count)) as unknown as Padding2d
}

function listTaps({ size: [rows, columns] }: Window): Pair[] {
  return Array.from({ length: rows * columns }, (_, tap) => [Math.floor(tap / columns), tap % columns])
}

/**
 * What the window sees at each position, tap by tap: `[taps, positions, C]`. Beyond the image it sees `outside`. All
 * steps copy long runs: engines are slow at strided slices, and at moving more than one axis at a time.
 */
export function laidOut(kernels: Kernels, x: Tensor, window: Window, outside = 0): Tensor {
  const { image, output, size, strides } = window
  const [n, , , c] = image
  const [[oh, ow], [kh, kw], [sh, sw]] = [output, size, strides]
  const shape = [tapsOf(window), positionsOf(window), c]
  if (tiles(window)) {
    const whole = framed(kernels, x, edges(window, [0, 0]), outside)
    const columns = swapped(kernels, whole, [n * oh * kh * ow, kw, c])
    return kernels.reshape(swapped(kernels, columns, [kw * n * oh, kh, ow * c]), shape)
  }
  const seen = listTaps(window).map((tap) => {
    const strip = framed(kernels, x, edges(window, tap), outside)
    const first = { begin: [0, 0, 0, 0], size: [n * oh, 1, ow, c] }
    const pixels =
      sh * sw === 1 ? strip : kernels.run('Slice', { x: kernels.reshape(strip, [n * oh, sh, ow, sw * c]) }, first)
    return kernels.reshape(pixels, [1, positionsOf(window), c])
  })
  return kernels.concat(seen, 0)
}

/** The reverse of {@link laidOut}: adds every element to the pixel that it was seen at. Gives images `[N, H, W, C]`. */
export function folded(kernels: Kernels, taps: Tensor, window: Window): Tensor {
  const { image, output, size, strides } = window
  const [n, , , c] = image
  const [[oh, ow], [kh, kw], [sh, sw]] = [output, size, strides]
  if (tiles(window)) {
    const columns = swapped(kernels, taps, [kh, kw * n * oh, ow * c])
    const whole = swapped(kernels, columns, [kw, n * oh * kh * ow, c])
    return framed(kernels, kernels.reshape(whole, [n, oh * kh, ow * kw, c]), negated(edges(window, [0, 0])))
  }
  const parts = listTaps(window).map((tap, index) => {
    const part = kernels.run('Slice', { x: taps }, { begin: [index, 0, 0], size: [1, positionsOf(window), c] })
    const spread = spreadOut(kernels, kernels.reshape(part, [n, oh, ow, c]), [sh, sw])
    return framed(kernels, spread, negated(edges(window, tap)))
  })
  return parts.reduce((sum, part) => kernels.run('Add', { a: sum, b: part }))
}

/** `[a, b, c]` of the given shape as `[b, a, c]`. */
function swapped(kernels: Kernels, x: Tensor, shape: Shape): Tensor {
  const [a, b] = shape as [number, number]
  const matrix = kernels.reshape(x, shape)
  return a === 1 || b === 1 ? matrix : kernels.transpose(matrix, [1, 0, 2])
}

/** Puts zeros behind each pixel and row, so that they come `strides` apart: `[N, H · SH, W · SW, C]`. */
export function spreadOut(kernels: Kernels, x: Tensor, [sh, sw]: Pair): Tensor {
  if (sh * sw === 1) return x
  const [n, h, w, c] = x.shape as [number, number, number, number]
  const paddings = [
    [0, 0],
    [0, sh - 1],
    [0, 0],
    [0, (sw - 1) * c],
  ]
  const rows = kernels.reshape(x, [n * h, 1, w, c])
  const spread = kernels.run('PadV2', { x: rows }, { paddings, constantValue: 0 })
  return kernels.reshape(spread, [n, h * sh, w * sw, c])
}
