import type { LayerClass } from '../define-layer.ts'
import { activation } from './activation.ts'
import { add } from './add.ts'
import { average } from './average.ts'
import { averagePooling2d } from './average-pooling2d.ts'
import { batchNormalization } from './batch-normalization.ts'
import { concatenate } from './concatenate.ts'
import { conv2d } from './conv2d.ts'
import { dense } from './dense.ts'
import { depthwiseConv2d } from './depthwise-conv2d.ts'
import { dropout } from './dropout.ts'
import { embedding } from './embedding.ts'
import { flatten } from './flatten.ts'
import { gaussianNoise } from './gaussian-noise.ts'
import { globalAveragePooling2d } from './global-average-pooling2d.ts'
import { globalMaxPooling2d } from './global-max-pooling2d.ts'
import { inputLayer } from './input.ts'
import { layerNormalization } from './layer-normalization.ts'
import { maxPooling2d } from './max-pooling2d.ts'
import { maximum } from './maximum.ts'
import { multiply } from './multiply.ts'
import { permute } from './permute.ts'
import { reshape } from './reshape.ts'
import { subtract } from './subtract.ts'
import { zeroPadding2d } from './zero-padding2d.ts'

/** The classes that JSON may name without more ado. */
export const builtInLayers: readonly LayerClass[] = [
  activation,
  add,
  average,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  dropout,
  embedding,
  flatten,
  gaussianNoise,
  globalAveragePooling2d,
  globalMaxPooling2d,
  inputLayer,
  layerNormalization,
  maxPooling2d,
  maximum,
  multiply,
  permute,
  reshape,
  subtract,
  zeroPadding2d,
]
