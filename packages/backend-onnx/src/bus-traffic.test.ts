import {
  type Backend,
  conv2d,
  dense,
  dropout,
  flatten,
  type Graph,
  type Model,
  maxPooling2d,
  ndarray,
  type Replica,
  sequential,
  sizeOf,
  stateLayout,
} from '@lockstep/core'
import { afterEach, expect, test } from 'vitest'
import { type BusTraffic, busTraffic } from './bus-traffic.ts'
import { onnx } from './onnx.ts'

const batchSize = 8
const image = 12 * 12
const classes = 10
const maskElements = 5 * 5 * 8 + 32

const models: Model[] = []
afterEach(() => Promise.all(models.splice(0).map((model) => model[Symbol.asyncDispose]())))

/** A backend that shows the replica and the graphs that a model uses. */
function observed(backend: Backend): Backend & { replica?: Replica; readonly graphs: Graph[] } {
  const graphs: Graph[] = []
  const shown: Backend & { replica?: Replica; readonly graphs: Graph[] } = {
    ...backend,
    graphs,
    open: async (layout, options) => {
      const replica = await backend.open(layout, options)
      const prepare = replica.prepare.bind(replica)
      replica.prepare = (graph, given) => {
        graphs.push(graph)
        return prepare(graph, given)
      }
      shown.replica = replica
      return replica
    },
  }
  return shown
}

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
  models.push(model)
  return model
}

const bytesOf = (nodes: Iterable<{ readonly dtype: string; readonly shape: readonly number[] }>): number =>
  [...nodes].reduce((sum, { dtype, shape }) => sum + sizeOf(shape) * (dtype === 'bool' ? 1 : 4), 0)

test('a step moves the batch, masks of a byte each, and scalars to the device, and sums back: nothing else', async () => {
  const backend = observed(onnx({ residency: 'device' }))
  const model = network(backend)
  const x = ndarray(new Float32Array(batchSize * image).fill(0.5), [batchSize, 12, 12, 1])
  const labels = Float32Array.from({ length: batchSize * classes }, (_, at) => (at % 11 === 0 ? 1 : 0))
  const y = ndarray(labels, [batchSize, classes])
  await model.trainOnBatch(x, y)
  const { replica, graphs } = backend
  const traffic = busTraffic(replica as Replica) as BusTraffic
  const before = { ...traffic }
  const steps = 3
  for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y)

  const [toDevice, fromDevice] = [
    traffic.bytesToDevice - before.bytesToDevice,
    traffic.bytesFromDevice - before.bytesFromDevice,
  ]
  const used = graphs.map(({ inputs, randoms, outputs }) => ({
    fed: bytesOf(inputs) + bytesOf(randoms),
    fetched: bytesOf(outputs.values()),
    tensors: inputs.length + randoms.length + outputs.size,
  }))
  expect(used).toHaveLength(2)
  expect(toDevice).toBe(steps * used.reduce((sum, { fed }) => sum + fed, 0))
  expect(fromDevice).toBe(steps * used.reduce((sum, { fetched }) => sum + fetched, 0))
  expect(traffic.copies - before.copies).toBe(steps * used.reduce((sum, { tensors }) => sum + tensors, 0))
  const data = batchSize * (4 * image + 4 * classes + maskElements)
  expect(toDevice / steps).toBeGreaterThanOrEqual(data)
  // Weights of the samples, and the scalars of the update.
  expect(toDevice / steps - data).toBeLessThanOrEqual(4 * (batchSize + 10))
  expect(fromDevice / steps).toBeLessThanOrEqual(64)
})

test('training with resident state gives what training on the host gives', async () => {
  const x = ndarray(
    Float32Array.from({ length: 20 * image }, (_, at) => Math.sin(at)),
    [20, 12, 12, 1],
  )
  const y = ndarray(
    Float32Array.from({ length: 20 * classes }, (_, at) => (at % 11 === 0 ? 1 : 0)),
    [20, classes],
  )
  const trained = async (residency: 'host' | 'device'): Promise<Float32Array[]> => {
    const model = network(onnx({ residency }))
    await model.fit(x, y, { batchSize, epochs: 2, verbose: 0 })
    return model.getWeights()
  }
  const [host, device] = [await trained('host'), await trained('device')]
  for (const [index, expected] of host.entries())
    for (const [at, value] of expected.entries()) expect(device[index]?.[at]).toBeCloseTo(value, 5)
})

test('what is read and written is counted; on host memory nothing is', async () => {
  const layout = stateLayout([
    ['a', [3]],
    ['b', [20]],
  ])
  await using host = await onnx().open(layout)
  expect(busTraffic(host)).toBeUndefined()
  await using device = await onnx({ residency: 'device' }).open(layout)
  expect(busTraffic(device)).toMatchObject({ bytesToDevice: 4 * 23, bytesFromDevice: 0, copies: 2 })
  await device.write(new Float32Array(20), { start: 16, end: 36 })
  await device.read(new Float32Array(layout.length))
  expect(busTraffic(device)).toMatchObject({ bytesToDevice: 4 * 43, bytesFromDevice: 4 * 23, copies: 5 })
})
