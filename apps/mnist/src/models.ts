import {
  conv2d,
  dense,
  dropout,
  flatten,
  type Layer,
  type Learner,
  type Model,
  maxPooling2d,
  resolveLearner,
  type Shape,
  sequential,
} from '@lockstep/core'

export type ExampleName = 'mlp' | 'cnn'

/** One of the two Keras examples: its layers and the defaults of its script. */
export interface Example {
  readonly inputShape: Shape
  readonly epochs: number
  readonly learner: string
  layers(): Layer[]
}

/** Keras' mnist_mlp.py (669,706 parameters) and mnist_cnn.py (1,199,882 parameters), layer by layer. */
export const examples: Readonly<Record<ExampleName, Example>> = {
  mlp: {
    inputShape: [784],
    epochs: 20,
    learner: 'rmsprop',
    layers: () => [
      dense({ units: 512, activation: 'relu', inputShape: [784] }),
      dropout({ rate: 0.2 }),
      dense({ units: 512, activation: 'relu' }),
      dropout({ rate: 0.2 }),
      dense({ units: 10, activation: 'softmax' }),
    ],
  },
  cnn: {
    inputShape: [28, 28, 1],
    epochs: 12,
    learner: 'adadelta',
    layers: () => [
      conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
      conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      dropout({ rate: 0.25 }),
      flatten(),
      dense({ units: 128, activation: 'relu' }),
      dropout({ rate: 0.5 }),
      dense({ units: 10, activation: 'softmax' }),
    ],
  },
}

export function buildModel(name: ExampleName, seed: number): Model {
  return sequential(examples[name].layers(), { name: `mnist_${name}`, seed })
}

/** The learner asked for, or the example's own, at the given rate or its default. */
export function learnerFor(name: ExampleName, learner: string | undefined, learningRate: number | undefined): Learner {
  const chosen = resolveLearner(learner ?? examples[name].learner)
  if (learningRate !== undefined) chosen.setLearningRate(learningRate)
  return chosen
}
