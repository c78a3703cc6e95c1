import {
  type Backend,
  type Callback,
  conv2d,
  dense,
  dropout,
  flatten,
  type Graph,
  type Layer,
  type Model,
  maxPooling2d,
  type NdArray,
  ndarray,
  type Replica,
  type Shape,
  sequential,
  sizeOf,
} from '@lockstep/core'
import { expect } from 'vitest'
import { type BusTraffic, busTraffic } from './bus-traffic.ts'

const batchSize = 8
const classes = 10

/** A model that training is observed of. */
interface Subject {
  /** Shape of one sample. */
  readonly shape: Shape
  readonly learner: string
  /** Elements of all dropout masks, per sample. */
  readonly maskElements: number
  layers(): Layer[]
}

const output = (): Layer => dense({ units: classes, activation: 'softmax' })

/** Keras' two examples for MNIST, layer by layer, narrower and of smaller images. */
const subjects: Readonly<Record<ObservedModel, Subject>> = {
  mnist_mlp: {
    shape: [196],
    learner: 'rmsprop',
    maskElements: 64 + 64,
    layers: () => [
      dense({ units: 64, activation: 'relu', inputShape: [196] }),
      dropout({ rate: 0.2 }),
      dense({ units: 64, activation: 'relu' }),
      dropout({ rate: 0.2 }),
      output(),
    ],
  },
  mnist_cnn: {
    shape: [14, 14, 1],
    learner: 'adadelta',
    maskElements: 5 * 5 * 16 + 32,
    layers: () => [
      conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [14, 14, 1] }),
      conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      dropout({ rate: 0.25 }),
      flatten(),
      dense({ units: 32, activation: 'relu' }),
      dropout({ rate: 0.5 }),
      output(),
    ],
  },
}

export type ObservedModel = 'mnist_mlp' | 'mnist_cnn'

/** By name. */
export const observedModels: readonly ObservedModel[] = ['mnist_mlp', 'mnist_cnn']

/** A backend that shows the replica and the graphs that a model uses. */
interface Observed extends Backend {
  replica?: Replica
  readonly graphs: Graph[]
}

function observed(backend: Backend): Observed {
  const shown: Observed = {
    ...backend,
    graphs: [],
    open: async (layout, options) => {
      const replica = await backend.open(layout, options)
      const prepare = replica.prepare.bind(replica)
      replica.prepare = (graph, given) => {
        shown.graphs.push(graph)
        return prepare(graph, given)
      }
      shown.replica = replica
      return replica
    },
  }
  return shown
}

function compiled({ layers, learner }: Subject, backend: Backend): Model {
  const model = sequential(layers(), { seed: 1 })
  model.compile({ backend, loss: 'categoricalCrossentropy', learner, metrics: ['accuracy'] })
  return model
}

function samples({ shape }: Subject, count: number): readonly [x: NdArray, y: NdArray] {
  const pixels = Float32Array.from({ length: count * sizeOf(shape) }, (_, at) => Math.sin(at))
  const labels = Float32Array.from({ length: count * classes }, (_, at) => (at % 11 === 0 ? 1 : 0))
  return [ndarray(pixels, [count, ...shape]), ndarray(labels, [count, classes])]
}

/** The losses and at last the weights of two epochs of three batches, the last of which is short. */
async function trained(subject: Subject, backend: Backend): Promise<readonly ArrayLike<number>[]> {
  const model = compiled(subject, backend)
  const losses: number[] = []
  const watch: Callback = { onBatchEnd: (_, logs) => void losses.push(logs['loss'] ?? Number.NaN) }
  try {
    await model.fit(...samples(subject, 20), { batchSize, epochs: 2, verbose: 0, callbacks: [watch] })
    return [losses, ...(await model.getWeights())]
  } finally {
    await model.dispose()
  }
}

const bytesOf = (nodes: Iterable<{ readonly dtype: string; readonly shape: readonly number[] }>): number =>
  [...nodes].reduce((sum, { dtype, shape }) => sum + sizeOf(shape) * (dtype === 'bool' ? 1 : 4), 0)

/** Checks that training steps move the batch, masks of a byte per element and scalars to the device, sums back, and nothing else. */
export async function expectOnlyBatchesCross(name: ObservedModel, backend: Backend): Promise<void> {
  const subject = subjects[name]
  const shown = observed(backend)
  const model = compiled(subject, shown)
  try {
    const [x, y] = samples(subject, batchSize)
    await model.trainOnBatch(x, y)
    const traffic = busTraffic(shown.replica as Replica) as BusTraffic
    const data = batchSize * (4 * sizeOf(subject.shape) + 4 * classes + subject.maskElements)
    for (let step = 0; step < 3; step++) {
      const before = { ...traffic }
      await model.trainOnBatch(x, y)
      const moved = difference(traffic, before)
      expectInputsAndOutputs(shown.graphs, moved)
      // Weights of the samples, and the scalars of the update.
      expect(moved.bytesToDevice - data).toBeLessThanOrEqual(4 * (batchSize + 10))
      expect(moved.bytesFromDevice).toBeLessThanOrEqual(64)
    }
  } finally {
    await model.dispose()
  }
}

function difference(after: BusTraffic, before: BusTraffic): BusTraffic {
  return {
    bytesToDevice: after.bytesToDevice - before.bytesToDevice,
    bytesFromDevice: after.bytesFromDevice - before.bytesFromDevice,
    copies: after.copies - before.copies,
  }
}

/** A step is the gradients' graph and the update's, each run once. */
function expectInputsAndOutputs(graphs: readonly Graph[], moved: BusTraffic): void {
  expect(graphs).toHaveLength(2)
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  expect(moved).toEqual({
    bytesToDevice: sum(graphs.map(({ inputs, randoms }) => bytesOf(inputs) + bytesOf(randoms))),
    bytesFromDevice: sum(graphs.map(({ outputs }) => bytesOf(outputs.values()))),
    copies: sum(graphs.map(({ inputs, randoms, outputs }) => inputs.length + randoms.length + outputs.size)),
  })
}

/** Checks that training gives the losses and weights that it gives with state on the host, up to `tolerance`. */
export async function expectSameTraining(
  name: ObservedModel,
  backend: Backend,
  host: Backend,
  tolerance: number,
): Promise<void> {
  const [actual, expected] = [await trained(subjects[name], backend), await trained(subjects[name], host)]
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length))
  expected.forEach((values, index) => {
    const distances = Array.from(values, (value, at) => Math.abs(value - (actual[index]?.[at] as number)))
    expect(distances.reduce((far, distance) => (distance <= far ? far : distance), 0)).toBeLessThanOrEqual(tolerance)
  })
}
