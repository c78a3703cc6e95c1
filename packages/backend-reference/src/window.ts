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
 * the output pixels, and the tap's number within the window, all in row-major order. Padding is never visited.
 */
export function slide(sliding: Sliding, visit: (pixel: number, window: number, tap: number) => void): void {
  const [images, height, width] = sliding.image as Image
  const [, outputHeight, outputWidth] = sliding.output as Image
  const rows = covered(sliding, 0, height, outputHeight)
  const columns = covered(sliding, 1, width, outputWidth)
  for (let image = 0; image < images; image++)
    for (const row of rows)
      for (const column of columns) {
        const pixel = (image * height + row.position) * width + column.position
        const window = (image * outputHeight + row.window) * outputWidth + column.window
        visit(pixel, window, row.tap * sliding.size[1] + column.tap)
      }
}

interface Cover {
  readonly window: number
  readonly tap: number
  readonly position: number
}

/** The positions on one axis that the windows cover, window by window. */
function covered(
  { size, strides, padding, dilations }: Sliding,
  axis: 0 | 1,
  extent: number,
  windows: number,
): Cover[] {
  const covers: Cover[] = []
  for (let window = 0; window < windows; window++)
    for (let tap = 0; tap < size[axis]; tap++) {
      const position = window * strides[axis] + tap * dilations[axis] - padding[axis][0]
      if (position >= 0 && position < extent) covers.push({ window, tap, position })
    }
  return covers
}
