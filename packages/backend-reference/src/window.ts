import type { Padding2d, Pair, Shape } from '@lockstep/core'

/** Extents `[N, H, W, C]`. */
export type Image = readonly [number, number, number, number]

/** A window sliding over the pixels of `[N, H, W, C]` images. */
export interface Sliding {
  readonly image: Shape
  /** Shape of the result, `[N, OH, OW, …]`. */
  readonly output: Shape
  readonly size: Pair
  readonly strides: Pair
  readonly padding: Padding2d
  readonly dilations: Pair
}

/**
 * `count` windows side by side whose tap lies on the image: the first window's number among the output pixels, and the
 * number of the pixel below its tap among the images' pixels. The next window's pixel is `strides[1]` further.
 */
type Visit = (pixel: number, window: number, count: number, tap: number) => void

/**
 * Calls `visit` with every pixel that a window covers, a row of windows at a time. Tap by tap, so that a kernel's part
 * for one tap stays in the cache while all images pass by. Padding is never visited.
 */
export function slide(sliding: Sliding, visit: Visit): void {
  const [images, height, width] = sliding.image as Image
  const [, outputHeight, outputWidth] = sliding.output as Image
  const [tapRows, tapColumns] = sliding.size
  for (let tap = 0; tap < tapRows * tapColumns; tap++) {
    const rows = covered(sliding, 0, Math.floor(tap / tapColumns), height, outputHeight)
    const columns = covered(sliding, 1, tap % tapColumns, width, outputWidth)
    for (let image = 0; image < images; image++)
      for (let row = 0; row < rows.count; row++) {
        const y = image * height + rows.position + row * sliding.strides[0]
        const window = (image * outputHeight + rows.window + row) * outputWidth + columns.window
        visit(y * width + columns.position, window, columns.count, tap)
      }
  }
}

/** For one tap and axis, the windows whose tap lies on the image: the first of them, where its tap is, and how many. */
function covered(sliding: Sliding, axis: 0 | 1, tap: number, extent: number, windows: number) {
  const stride = sliding.strides[axis]
  const start = tap * sliding.dilations[axis] - sliding.padding[axis][0]
  const window = Math.max(0, Math.ceil(-start / stride))
  const end = Math.min(windows, Math.floor((extent - 1 - start) / stride) + 1)
  return { window, position: window * stride + start, count: Math.max(0, end - window) }
}
