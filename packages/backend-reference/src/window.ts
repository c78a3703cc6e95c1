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
 * Calls `visit` with every pixel that a window covers: its number among the images' pixels, the window's number among
 * the output pixels, and the tap's number within the window. Tap by tap, so that a kernel's part for one tap stays in
 * the cache while all images pass by. Padding is never visited.
 */
export function slide(sliding: Sliding, visit: (pixel: number, window: number, tap: number) => void): void {
  const [images, height, width] = sliding.image as Image
  const [, outputHeight, outputWidth] = sliding.output as Image
  const [tapRows, tapColumns] = sliding.size
  for (let tap = 0; tap < tapRows * tapColumns; tap++) {
    const rows = covered(sliding, 0, Math.floor(tap / tapColumns), height, outputHeight)
    const columns = covered(sliding, 1, tap % tapColumns, width, outputWidth)
    for (let image = 0; image < images; image++)
      for (const row of rows)
        for (const column of columns) {
          const pixel = (image * height + row.position) * width + column.position
          const window = (image * outputHeight + row.window) * outputWidth + column.window
          visit(pixel, window, tap)
        }
  }
}

interface Cover {
  readonly window: number
  readonly position: number
}

/** For one tap and axis, the windows whose tap lies on the image, and where. */
function covered(sliding: Sliding, axis: 0 | 1, tap: number, extent: number, windows: number): Cover[] {
  const start = tap * sliding.dilations[axis] - sliding.padding[axis][0]
  const covers = Array.from({ length: windows }, (_, window) => ({
    window,
    position: window * sliding.strides[axis] + start,
  }))
  return covers.filter(({ position }) => position >= 0 && position < extent)
}
