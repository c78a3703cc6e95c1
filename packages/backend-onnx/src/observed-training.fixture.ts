import {
  type Backend,
  conv2d,
  dense,
  dropout,
  flatten,
  type Graph,
  type Model,
  maxPooling2d,
  type NdArray,
  ndarray,
  type Replica,
  sequential,
  sizeOf,
} from '@lockstep/core'
import { expect } from 'vitest'
import { type BusTraffic, busTraffic } from './bus-traffic.ts'

const batchSize = 8
const image = 12 * 12
const classes = 10
const maskElements = 5 * 5 * 8 + 32

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

/** Convolution, pooling, dropout and dense layers, trained by Adam. */
function network(backend: Backend): Model {
  const model = sequential([
    conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [12, 12, 1] }),
    maxPooling2d({ poolSize: 2 }),
    dropout({ rate: 0.25 }),
    flatten(),
    dense({ units: 32, activation: 'relu' }),
    dropout({ rate: 0.5 }),
    dense({ units: classes, activation: 'softmax' }),
  ])
  model.compile({ backend, loss: 'categoricalCrossentropy', learner: 'adam', metrics: ['accuracy'] })
  return model
}

function samples(count: number): readonly [x: NdArray, y: NdArray] {
  const pixels = Float32Array.from({ length: count * image }, (_, at) => Math.sin(at))
  const labels = Float32Array.from({ length: count * classes }, (_, at) => (at % 11 === 0 ? 1 : 0))
  return [ndarray(pixels, [count, 12, 12, 1]), ndarray(labels, [count, classes])]
}

/** The weights after two epochs of three batches, the last of which is short. */
async function trainedWeights(backend: Backend): Promise<readonly Float32Array[]> {
  const model = network(backend)
  try {
    await model.fit(...samples(20), { batchSize, epochs: 2, verbose: 0 })
    return await model.getWeights()
  } finally {
    await model.dispose()
  }
}

const bytesOf = (nodes: Iterable<{ readonly dtype: string; readonly shape: readonly number[] }>): number =>
  [...nodes].reduce((sum, { dtype, shape }) => sum + sizeOf(shape) * (dtype === 'bool' ? 1 : 4), 0)

/** Checks that training steps move the batch, masks of a byte per element and scalars to the device, sums back, and nothing else. */
export async function expectOnlyBatchesCross(backend: Backend): Promise<void> {
  const shown = observed(backend)
  const model = network(shown)
  try {
    const [x, y] = samples(batchSize)
    await model.trainOnBatch(x, y)
    const traffic = busTraffic(shown.replica as Replica) as BusTraffic
    const before = { ...traffic }
    const steps = 3
    for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y)
    const perStep = {
      toDevice: (traffic.bytesToDevice - before.bytesToDevice) / steps,
      fromDevice: (traffic.bytesFromDevice - before.bytesFromDevice) / steps,
      copies: (traffic.copies - before.copies) / steps,
    }
    expectInputsAndOutputs(shown.graphs, perStep)
    const data = batchSize * (4 * image + 4 * classes + maskElements)
    // Weights of the samples, and the scalars of the update.
    expect(perStep.toDevice - data).toBeLessThanOrEqual(4 * (batchSize + 10))
    expect(perStep.fromDevice).toBeLessThanOrEqual(64)
  } finally {
    await model.dispose()
  }
}

/** A step is the gradients' graph and the update's, each run once. */
function expectInputsAndOutputs(
  graphs: readonly Graph[],
  perStep: { readonly toDevice: number; readonly fromDevice: number; readonly copies: number },
): void {
  expect(graphs).toHaveLength(2)
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  expect(perStep).toEqual({
    toDevice: sum(graphs.map(({ inputs, randoms }) => bytesOf(inputs) + bytesOf(randoms))),
    fromDevice: sum(graphs.map(({ outputs }) => bytesOf(outputs.values()))),
    copies: sum(graphs.map(({ inputs, randoms, outputs }) => inputs.length + randoms.length + outputs.size)),
  })
}

/** Checks that training gives the weights that it gives with state on the host, up to rounding. */
export async function expectSameTraining(backend: Backend, host: Backend, digits: number): Promise<void> {
  const [actual, expected] = [await trainedWeights(backend), await trainedWeights(host)]
  for (const [index, weights] of expected.entries())
    for (const [at, value] of weights.entries()) expect(actual[index]?.[at]).toBeCloseTo(value, digits)
}
