import { type BusTraffic, busTraffic, onnx } from '@lockstep/backend-onnx'
import { type Backend, type Callback, type NdArray, ndarray, type Replica, sizeOf, toCategorical } from '@lockstep/core'
import { digits } from '../train/digits.ts'
import { uniformNumbers } from '../train/random.ts'
import { type GpuModelName, gpuModels } from './gpu-models.ts'
import type { GpuTask, LossesAnswer, SpeedAnswer } from './gpu-protocol.ts'

/** The losses of a model's first steps on a device, from seed 1. */
export async function firstLosses(task: Extract<GpuTask, { kind: 'losses' }>): Promise<LossesAnswer> {
  const { device, model: name, steps, batchSize } = task
  const { x, y } = samplesOf(name, steps * batchSize)
  const losses: number[] = []
  await using model = gpuModels[name].make()
  model.compile({ backend: onnx(), device, loss: 'categoricalCrossentropy', learner: gpuModels[name].learner() })
  await model.fit(x, y, {
    batchSize,
    epochs: 1,
    verbose: 0,
    callbacks: [{ onBatchEnd: (_, { loss = Number.NaN }) => void losses.push(loss) }],
  })
  return { losses }
}

/** How long epochs take on a device, as a user trains. */
export async function measureSpeed(task: Extract<GpuTask, { kind: 'speed' }>): Promise<SpeedAnswer> {
  const { device, model: name, samples, batchSize, epochs, tf32 } = task
  const { x, y } = samplesOf(name, samples)
  const watched = watch(onnx(tf32 ? { cuda: { allowTf32: true } } : {}))
  await using model = gpuModels[name].make()
  model.compile({
    backend: watched.backend,
    device,
    loss: 'categoricalCrossentropy',
    learner: gpuModels[name].learner(),
  })
  const clock = stopwatch(watched.traffic)
  const { history } = await model.fit(x, y, { batchSize, epochs: epochs + 1, verbose: 0, callbacks: [clock.callback] })
  const { engine, name: deviceName } = await model.device()
  return {
    ...clock.result(),
    loss: history['loss']?.at(-1) ?? Number.NaN,
    parameters: (await model.getWeights()).reduce((sum, weights) => sum + weights.length, 0),
    about: `${engine} on ${deviceName}`,
  }
}

/** A backend that hands on what crosses the bus of the replica opened last. */
function watch(backend: Backend): { readonly backend: Backend; traffic(): BusTraffic | undefined } {
  let replica: Replica | undefined
  const open: Backend['open'] = async (layout, options) => {
    replica = await backend.open(layout, options)
    return replica
  }
  const traffic = (): BusTraffic | undefined => {
    const found = replica === undefined ? undefined : busTraffic(replica)
    return found === undefined ? undefined : { ...found }
  }
  return { backend: { ...backend, open }, traffic }
}

type Timed = Pick<SpeedAnswer, 'epochSeconds' | 'firstStepSeconds' | 'steps' | 'busBytesPerStep'>

/** Times the epochs after the first, and counts what crosses the bus in a step. */
function stopwatch(traffic: () => BusTraffic | undefined): { readonly callback: Callback; result(): Timed } {
  const begun = performance.now()
  const epochSeconds: number[] = []
  let [epochBegun, firstStepSeconds, steps] = [0, Number.NaN, 0]
  const seen: (BusTraffic | undefined)[] = []
  const callback: Callback = {
    onEpochBegin: () => {
      epochBegun = performance.now()
      steps = 0
    },
    onBatchEnd: () => {
      if (Number.isNaN(firstStepSeconds)) firstStepSeconds = (performance.now() - begun) / 1000
      seen[steps++] = traffic()
    },
    onEpochEnd: (epoch) => {
      if (epoch > 0) epochSeconds.push((performance.now() - epochBegun) / 1000)
    },
  }
  const result = (): Timed => {
    const timed = { epochSeconds, firstStepSeconds, steps }
    // Of the third step: whole, and with everything compiled.
    const [, before, after] = seen
    if (before === undefined || after === undefined) return timed
    const toDevice = after.bytesToDevice - before.bytesToDevice
    const fromDevice = after.bytesFromDevice - before.bytesFromDevice
    return { ...timed, busBytesPerStep: { toDevice, fromDevice, copies: after.copies - before.copies } }
  }
  return { callback, result }
}

/** Digits for the examples, noise for the larger CNN: a step takes as long on either. */
function samplesOf(name: GpuModelName, count: number): { readonly x: NdArray; readonly y: NdArray } {
  const shape = [count, ...gpuModels[name].shape]
  if (name !== 'resnet') {
    const { images, labels } = digits(count)
    return { x: ndarray(images, shape), y: toCategorical(labels, 10) }
  }
  const random = uniformNumbers(1)
  const labels = Int32Array.from({ length: count }, () => Math.floor(10 * random()))
  const values = new Float32Array(sizeOf(shape))
  for (let at = 0; at < values.length; at++) values[at] = random()
  return { x: ndarray(values, shape), y: toCategorical(labels, 10) }
}
