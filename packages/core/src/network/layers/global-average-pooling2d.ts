import { reduceMean } from '../../graph/ops/reduce.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { globalPooling2d } from './global-pooling.ts'

/** The mean of each channel: `[height, width, channels]` → `[channels]`. */
export const globalAveragePooling2d: LayerFactory<Record<never, never>> = defineLayer('GlobalAveragePooling2D', () =>
  globalPooling2d('globalAveragePooling2d', reduceMean),
)
