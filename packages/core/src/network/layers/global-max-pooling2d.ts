import { reduceMax } from '../../graph/ops/reduce.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { globalPooling2d } from './global-pooling.ts'

/** The largest value of each channel: `[height, width, channels]` → `[channels]`. */
export const globalMaxPooling2d: LayerFactory<Record<never, never>> = defineLayer('GlobalMaxPooling2D', () =>
  globalPooling2d('globalMaxPooling2d', reduceMax),
)
