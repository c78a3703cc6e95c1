import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exportOnnx } from '@lockstep/backend-onnx'
import {
  type Callback,
  type CompileOptions,
  loadModel,
  type Model,
  type NdArray,
  ndarray,
  toCategorical,
} from '@lockstep/core'
import { writeFileAtomic } from '@lockstep/core/node'
import { chooseBackend } from './backends.ts'
import { loadMnist } from './data/load.ts'
import { buildModel, examples, learnerFor } from './models.ts'
import type { Options } from './options.ts'
import { epochRecorder, makeReport, type Report } from './report.ts'

/** Where the user reads along. */
export interface Output {
  /** Takes the lines that frame the progress bar. */
  print(line: string): void
  /** 1 draws the bar. */
  readonly verbose: 0 | 1
}

const terminal: Output = { print: console.log, verbose: 1 }

/** Trains, measures and writes what the options ask for. */
export async function trainMnist(options: Options, { print, verbose }: Output = terminal): Promise<Report> {
  const { train, test, origin } = await loadDigits(options)
  if (options.model === 'cnn') print(`x_train shape: (${train.x.shape.join(', ')})`)
  print(`${train.x.length} train samples\n${test.x.length} test samples`)
  await using model = await openModel(options)
  const device = await model.device()
  print(`Using ${options.backend} backend: ${device.engine} on ${device.id}.`)
  print(model.summary())
  const recorder = epochRecorder(train.x.length)
  await model.fit(train.x, train.y, {
    batchSize: options.batchSize,
    epochs: options.epochs ?? examples[options.model].epochs,
    validationData: [test.x, test.y],
    resume: options.resume,
    callbacks: [recorder, ...checkpointing(options)],
    verbose,
  })
  const { loss = Number.NaN, acc = Number.NaN } = await model.evaluate(test.x, test.y, { batchSize: options.batchSize })
  print(`Test loss: ${loss}\nTest accuracy: ${acc}`)
  if (options.export !== undefined) await writeFileAtomic(options.export, await exportOnnx(model))
  const measured = {
    data: origin,
    test: { loss, accuracy: acc },
    epochs: recorder.epochs,
    device,
  }
  const report = await makeReport(model, options, measured)
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
async function openModel(options: Options): Promise<Model> {
  const { device, threads, stepsPerExecution } = options
  const where = {
    backend: chooseBackend(options),
    ...(device && { device }),
    ...(threads && { threads }),
    stepsPerExecution,
  }
  const file = options.checkpoint === undefined ? undefined : checkpointFile(options.checkpoint)
  if (options.resume && file !== undefined && existsSync(file)) return loadModel(file, where)
  const model = buildModel(options.model, options.seed)
  const settings: CompileOptions = {
    ...where,
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    learner: learnerFor(options.model, options.learner, options.learningRate),
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
