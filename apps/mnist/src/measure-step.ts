/** What a worker of `--workers auto` runs: some steps of the training to come, on made-up data. */
import { type Callback, dataParallel, ndarray, partition } from '@lockstep/core'
import { connect } from '@lockstep/dist-zmq'
import { type BackendChoice, chooseBackend } from './backends.ts'
import { buildModel, type ExampleName, examples, learnerFor } from './models.ts'

export interface MeasureOptions extends BackendChoice {
  readonly model: ExampleName
  /** Of all workers together. */
  readonly batchSize: number
}

const warmUp = 10
const measured = 30

/** Median milliseconds of a step. */
// biome-ignore lint/style/noDefaultExport: the one that `launch` runs.
export default async function measureStep({ model: name, batchSize, ...backend }: MeasureOptions): Promise<number> {
  await using communicator = await connect()
  await using model = buildModel(name, 0)
  const learner = dataParallel(learnerFor(name, undefined, undefined), communicator, { onMessage: () => undefined })
  model.compile({ backend: chooseBackend(backend), loss: 'categoricalCrossentropy', learner })
  const [start, end] = partition((warmUp + measured) * batchSize, communicator)
  const count = end - start
  const x = ndarray(new Float32Array(count * 784).fill(0.5), [count, ...examples[name].inputShape])
  const labels = new Float32Array(count * 10)
  for (let index = 0; index < count; index++) labels[10 * index + (index % 10)] = 1
  const times: number[] = []
  await model.fit(x, ndarray(labels, [count, 10]), { batchSize, verbose: 0, callbacks: [stopwatch(times)] })
  const steady = times.slice(warmUp).sort((a, b) => a - b)
  return steady[steady.length >> 1] ?? Number.NaN
}

function stopwatch(times: number[]): Callback {
  let last = performance.now()
  return {
    onBatchEnd() {
      const now = performance.now()
      times.push(now - last)
      last = now
    },
  }
}
