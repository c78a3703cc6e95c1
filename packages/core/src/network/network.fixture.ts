import type { Layer } from './layer.ts'
import { conv2d } from './layers/conv2d.ts'
import { dense } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import { flatten } from './layers/flatten.ts'
import { maxPooling2d } from './layers/max-pooling2d.ts'

/** The layers of Keras's example mnist_mlp. */
export function mnistMlp(): Layer[] {
  return [
    dense({ units: 512, activation: 'relu', inputShape: [784] }),
    dropout({ rate: 0.2 }),
    dense({ units: 512, activation: 'relu' }),
    dropout({ rate: 0.2 }),
    dense({ units: 10, activation: 'softmax' }),
  ]
}

/** The layers of Keras's example mnist_cnn. */
export function mnistCnn(): Layer[] {
  return [
    conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
    maxPooling2d({ poolSize: 2 }),
    dropout({ rate: 0.25 }),
    flatten(),
    dense({ units: 128, activation: 'relu' }),
    dropout({ rate: 0.5 }),
    dense({ units: 10, activation: 'softmax' }),
  ]
}
