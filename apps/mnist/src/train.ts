import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exportOnnx } from '@lockstep/backend-onnx'
import {
  type Callback,
  type CompileOptions,
  type DataParallelLearner,
  dataParallel,
  type Learner,
  loadModel,
  type Model,
  type NdArray,
  ndarray,
  partition,
  toCategorical,
} from '@lockstep/core'
import { writeFileAtomic } from '@lockstep/core/node'
import type { ConnectedCommunicator } from '@lockstep/dist-zmq'
import { chooseBackend } from './backends.ts'
import { loadMnist } from './data/load.ts'
import { buildModel, examples, learnerFor } from './models.ts'
import type { Options } from './options.ts'
import { gatherRanks } from './ranks.ts'
import { epochRecorder, makeReport, type Report } from './report.ts'

/** Where the user reads along, and who trains with us. */
export interface Surroundings {
  /** Takes the lines that frame the progress bar (default: `console.log`). */
  readonly print?: (line: string) => void
  /** 1, the default, draws the bar. */
  readonly verbose?: 0 | 1
  /** The other ranks, each of which does the same. */
  readonly communicator?: ConnectedCommunicator
}

/** Trains, measures and writes what the options ask for; of several ranks, rank 0 prints and writes for all. */
export async function trainMnist(
  options: Options,
  { print = console.log, verbose = 1, communicator }: Surroundings = {},
): Promise<Report> {
  const place = communicator ?? { rank: 0, worldSize: 1 }
  const { rank } = place
  const say = rank === 0 ? print : (): void => undefined
  const { train, test, origin } = await loadDigits(options)
  if (options.model === 'cnn') say(`x_train shape: (${train.x.shape.join(', ')})`)
  say(`${train.x.length} train samples\n${test.x.length} test samples`)
  const [start, end] = partition(train.x.length, place)
  let shared: DataParallelLearner | undefined
  await using model = await openModel(options, (learner) => {
    if (communicator === undefined || communicator.worldSize === 1) return learner
    shared = dataParallel(learner, communicator, { onMessage: say })
    return shared
  })
  const device = await model.device()
  say(`Using ${options.backend} backend: ${device.engine} on ${device.id}.`)
  say(model.summary())
  const recorder = epochRecorder(train.x.length)
  await model.fit(train.x.slice(start, end), train.y.slice(start, end), {
    batchSize: options.batchSize,
    epochs: options.epochs ?? examples[options.model].epochs,
    validationData: [test.x, test.y],
    resume: options.resume,
    callbacks: [recorder, ...checkpointing(options)],
    verbose,
  })
  const { loss = Number.NaN, acc = Number.NaN } = await model.evaluate(test.x, test.y, { batchSize: options.batchSize })
  say(`Test loss: ${loss}\nTest accuracy: ${acc}`)
  const measured = {
    data: origin,
    test: { loss, accuracy: acc },
    epochs: recorder.epochs,
    device,
    ...(communicator && shared && { ranks: await gatherRanks(model, shared, communicator) }),
  }
  const report = await makeReport(model, options, measured)
  if (rank > 0) return report
  if (options.export !== undefined) await writeFileAtomic(options.export, await exportOnnx(model))
  if (options.report !== undefined) await writeFileAtomic(options.report, `${JSON.stringify(report, undefined, 2)}\n`)
  return report
}

interface Digits {
  readonly x: NdArray
  readonly y: NdArray
}

async function loadDigits({ data, model }: Options): Promise<{ train: Digits; test: Digits; origin: string }> {
  const mnist = await loadMnist(data === undefined ? {} : { data })
  const shaped = (pixels: Float32Array, labels: Int32Array): Digits => ({
    x: ndarray(pixels, [labels.length, ...examples[model].inputShape]),
    y: toCategorical(labels, 10),
  })
  return { train: shaped(mnist.xTrain, mnist.yTrain), test: shaped(mnist.xTest, mnist.yTest), origin: mnist.origin }
}

/** A new model, or with `--resume` the one in the checkpoint, compiled. */
async function openModel(options: Options, made: (learner: Learner) => Learner): Promise<Model> {
  const { device, threads, stepsPerExecution } = options
  const where = {
    backend: chooseBackend(options),
    ...(device && { device }),
    ...(threads && { threads }),
    stepsPerExecution,
  }
  const file = options.checkpoint === undefined ? undefined : checkpointFile(options.checkpoint)
  if (options.resume && file !== undefined && existsSync(file)) return loadModel(file, { ...where, learner: made })
  const model = buildModel(options.model, options.seed)
  const settings: CompileOptions = {
    ...where,
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    learner: made(learnerFor(options.model, options.learner, options.learningRate)),
  }
  model.compile(settings)
  return model
}

function checkpointFile(folder: string): string {
  return join(folder, 'model.safetensors')
}

function checkpointing({ checkpoint }: Options): Callback[] {
  if (checkpoint === undefined) return []
  let model: { save(path: string): Promise<void> }
  return [
    {
      async onTrainBegin(context) {
        model = context.model
        await mkdir(checkpoint, { recursive: true })
      },
      onEpochEnd: () => model.save(checkpointFile(checkpoint)),
    },
  ]
}
