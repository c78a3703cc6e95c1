import {
  adadelta,
  conv2d,
  dense,
  dropout,
  flatten,
  type Layer,
  type Learner,
  maxPooling2d,
  rmsprop,
} from '@lockstep/core'
import type { ModelName } from './protocol.ts'

/** The layers of the Keras examples mnist_mlp.py and mnist_cnn.py; `drop: false` leaves out dropout. */
export function layersOf(model: ModelName, { drop }: { readonly drop: boolean }): Layer[] {
  const dropping = (rate: number): Layer[] => (drop ? [dropout({ rate })] : [])
  if (model === 'mlp') {
    return [
      dense({ units: 512, activation: 'relu', inputShape: [784] }),
      ...dropping(0.2),
      dense({ units: 512, activation: 'relu' }),
      ...dropping(0.2),
      dense({ units: 10, activation: 'softmax' }),
    ]
  }
  return [
    conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
    maxPooling2d({ poolSize: 2 }),
    ...dropping(0.25),
    flatten(),
    dense({ units: 128, activation: 'relu' }),
    ...dropping(0.5),
    dense({ units: 10, activation: 'softmax' }),
  ]
}

/** The examples' own learners, with Keras 2.0.4's settings spelled out. */
export function learnerOf(model: ModelName): Learner {
  return model === 'mlp'
    ? rmsprop({ learningRate: 1e-3, rho: 0.9, epsilon: 1e-8 })
    : adadelta({ learningRate: 1, rho: 0.95, epsilon: 1e-8 })
}
