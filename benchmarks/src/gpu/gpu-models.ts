import {
  activation,
  add,
  batchNormalization,
  conv2d,
  dense,
  globalAveragePooling2d,
  input,
  type Learner,
  type Model,
  model,
  momentum,
  type Shape,
  type SymbolicTensor,
  sequential,
} from '@lockstep/core'
import { layersOf, learnerOf } from '../train/models.ts'

/** The models of the race: the Keras examples, and a larger CNN for images like CIFAR's. */
export type GpuModelName = 'mlp' | 'cnn' | 'resnet'

/** What is trained, and on how much of it. */
export interface GpuModel {
  readonly name: string
  /** Shape of one sample. */
  readonly shape: Shape
  /** Samples of an epoch. */
  readonly samples: number
  make(): Model
  learner(): Learner
}

/** Filters and stride of the four stages of two blocks each. */
const stages = [
  [64, 1],
  [128, 2],
  [256, 2],
  [512, 2],
] as const

const convolved = (x: SymbolicTensor, filters: number, kernelSize: number, strides: number): SymbolicTensor =>
  batchNormalization().apply(conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false }).apply(x))

const rectified = (x: SymbolicTensor): SymbolicTensor => activation({ activation: 'relu' }).apply(x)

function block(x: SymbolicTensor, filters: number, strides: number): SymbolicTensor {
  const inner = rectified(convolved(x, filters, 3, strides))
  const shortcut = strides === 1 && x.shape.at(-1) === filters ? x : convolved(x, filters, 1, strides)
  return rectified(add().apply([convolved(inner, filters, 3, 1), shortcut]))
}

/** ResNet-18 for images of 32 × 32 (He et al. 2015, with a first convolution of 3 × 3): 11.2 million parameters. */
function resnet18(): Model {
  const images = input({ shape: [32, 32, 3] })
  let x = rectified(convolved(images, 64, 3, 1))
  for (const [filters, strides] of stages) x = block(block(x, filters, strides), filters, 1)
  const y = dense({ units: 10, activation: 'softmax' }).apply(globalAveragePooling2d().apply(x))
  return model({ inputs: images, outputs: y, seed: 1 })
}

const example = (name: 'mlp' | 'cnn', shape: Shape): GpuModel => ({
  name: `mnist_${name}`,
  shape,
  samples: 60_000,
  make: () => sequential(layersOf(name, { drop: true }), { seed: 1 }),
  learner: () => learnerOf(name),
})

/** All models of the race. */
export const gpuModels: Readonly<Record<GpuModelName, GpuModel>> = {
  mlp: example('mlp', [784]),
  cnn: example('cnn', [28, 28, 1]),
  resnet: {
    name: 'resnet18',
    shape: [32, 32, 3],
    samples: 50_000,
    make: resnet18,
    learner: () => momentum({ learningRate: 0.01, momentum: 0.9 }),
  },
}
