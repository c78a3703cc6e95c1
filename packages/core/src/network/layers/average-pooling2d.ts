import { avgPool2d } from '../../graph/ops/pool.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { type Pooling2dOptions, pooling2d } from './pooling.ts'

/** The mean of each window of images `[height, width, channels]`; padding is not counted, channels stay apart. */
export const averagePooling2d: LayerFactory<Pooling2dOptions> = defineLayer(
  'AveragePooling2D',
  (options: Pooling2dOptions) => pooling2d('averagePooling2d', options, avgPool2d),
)
