import { maxPool2d } from '../../graph/ops/pool.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { type Pooling2dOptions, pooling2d } from './pooling.ts'

/** The largest value of each window of images `[height, width, channels]`; channels stay apart. */
export const maxPooling2d: LayerFactory<Pooling2dOptions> = defineLayer('MaxPooling2D', (options: Pooling2dOptions) =>
  pooling2d('maxPooling2d', options, maxPool2d),
)
