/**
 * Lockstep's side of the race: reads requests from standard input and answers them, see protocol.ts. Its argument is the
 * backend. Started as one of several ranks, it does its part of every request; the batch size is that of all of them.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import {
  type Callback,
  dataParallel,
  type Learner,
  type Model,
  type NdArray,
  ndarray,
  partition,
  sequential,
  sgd,
  toCategorical,
} from '@lockstep/core'
import { connect } from '@lockstep/dist-zmq'
import { type BackendName, backendOf } from '../backends.ts'
import { splitWeights } from './material.ts'
import { layersOf, learnerOf } from './models.ts'
import type { Ask, Command, Reply } from './protocol.ts'

interface Prepared {
  readonly ask: Ask<'start'>
  readonly x: NdArray
  readonly y: NdArray
  readonly model: Model
}

const communicator = await connect()
let prepared: Prepared | undefined
/** Every turn is an epoch of its own, so that its order of samples differs. */
let epoch = 0

const handlers: { readonly [C in Command]: (ask: Ask<C>) => Promise<Reply<C>> } = {
  async start(ask) {
    const images = floats(ask.images)
    const count = images.length / 784
    const x = ndarray(images, ask.model === 'mlp' ? [count, 784] : [count, 28, 28, 1])
    const y = toCategorical(new Int32Array(floats(ask.labels).buffer), 10)
    const model = await compiled(ask, { drop: true, learner: learnerOf(ask.model) })
    prepared = { ask, x, y, model }
    return { about: { 'lockstep on': (await model.device()).engine } }
  },

  async check({ learner, weightsOut }) {
    const { ask, x, y } = ready()
    const chosen = learner === 'own' ? learnerOf(ask.model) : sgd({ learningRate: 1 })
    await using model = await compiled(ask, { drop: false, learner: chosen })
    const [first, end] = partition(ask.batchSize, communicator)
    const logs = await model.trainOnBatch(x.slice(first, end), y.slice(first, end))
    writeFileSync(weightsOut, Buffer.concat((await model.getWeights()).map((weights) => bytesOf(weights))))
    return { loss: logs['loss'] ?? Number.NaN }
  },

  async run({ steps }) {
    const { ask, x, y, model } = ready()
    const [first, end] = partition(x.length, communicator)
    const [ownX, ownY] = [x.slice(first, end), y.slice(first, end)]
    const stepMs: number[] = []
    const started = performance.now()
    const { history } = await model.fit(ownX, ownY, {
      batchSize: ask.batchSize,
      initialEpoch: epoch,
      epochs: ++epoch,
      stepsPerEpoch: steps,
      callbacks: [stopwatch(stepMs)],
      verbose: 0,
    })
    return { stepMs, totalMs: performance.now() - started, loss: history['loss']?.[0] ?? Number.NaN }
  },
}

/** From the end of one step to the end of the next, so that nothing in between is left out. */
function stopwatch(stepMs: number[]): Callback {
  let last = 0
  return {
    onEpochBegin() {
      last = performance.now()
    },
    onBatchEnd() {
      const now = performance.now()
      stepMs.push(now - last)
      last = now
    },
  }
}

async function compiled(ask: Ask<'start'>, { drop, learner }: { drop: boolean; learner: Learner }): Promise<Model> {
  const model = sequential(layersOf(ask.model, { drop }), { seed: 1 })
  model.compile({
    backend: backendOf(process.argv[2] as BackendName, ask.variant === 'auto' ? undefined : ask.variant),
    loss: 'categoricalCrossentropy',
    learner:
      communicator.worldSize === 1 ? learner : dataParallel(learner, communicator, { onMessage: () => undefined }),
    threads: ask.threads,
  })
  await model.setWeights(splitWeights(ask.model, floats(ask.weights)))
  return model
}

function ready(): Prepared {
  if (prepared === undefined) throw new Error('nothing was started')
  return prepared
}

function floats(path: string): Float32Array {
  const bytes = readFileSync(path)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

async function answer(line: string): Promise<object> {
  try {
    const { command, ...ask } = JSON.parse(line) as { readonly command: Command }
    return { ok: true, ...(await (handlers[command] as (ask: unknown) => Promise<object>)(ask)) }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`)
}
await prepared?.model.dispose()
await communicator[Symbol.asyncDispose]()
