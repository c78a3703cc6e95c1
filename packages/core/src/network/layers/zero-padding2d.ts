import type { Padding2d, Pair } from '../../graph/node.ts'
import { pad } from '../../graph/ops/shape.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { imageShape, invalidOption } from '../option-checks.ts'

/** Options of {@link zeroPadding2d}. */
export interface ZeroPadding2dOptions {
  /** One number for all sides, `[vertical, horizontal]` or `[[top, bottom], [left, right]]`; default 1. */
  readonly padding?: number | Pair | Padding2d
}

/** Surrounds images `[height, width, channels]` with zeros. */
export const zeroPadding2d: LayerFactory<ZeroPadding2dOptions> = defineLayer(
  'ZeroPadding2D',
  ({ padding = 1 }: ZeroPadding2dOptions) => {
    const [[top, bottom], [left, right]] = sides(padding)
    return {
      config: {
        padding: [
          [top, bottom],
          [left, right],
        ],
      },
      inputDTypes: ['float32', 'int32'],
      weights: ([shape]) => {
        imageShape('zeroPadding2d', shape)
        return {}
      },
      call: ([x]) => pad(x, [0, top, left, 0], [0, bottom, right, 0]),
    }
  },
)

function sides(padding: number | Pair | Padding2d): Padding2d {
  const axes = typeof padding === 'number' ? [padding, padding] : padding
  const pairs = axes.map((axis) => (typeof axis === 'number' ? [axis, axis] : axis))
  const valid = pairs.every((pair) => pair.length === 2 && pair.every((count) => Number.isInteger(count) && count >= 0))
  if (pairs.length === 2 && valid) return pairs as unknown as Padding2d
  throw invalidOption(
    'zeroPadding2d',
    'padding',
    padding,
    'integers ≥ 0: one, [vertical, horizontal] or [[top, bottom], [left, right]]',
  )
}
