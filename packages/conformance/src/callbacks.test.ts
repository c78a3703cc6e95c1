import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reference } from '@lockstep/backend-reference'
import {
  type Callback,
  type CompileOptions,
  dense,
  earlyStopping,
  type FitOptions,
  learningRateScheduler,
  loadModel,
  type Model,
  ndarray,
  reduceLROnPlateau,
  sequential,
  sgd,
  terminateOnNaN,
} from '@lockstep/core'
import { csvLogger, modelCheckpoint, progressBar } from '@lockstep/core/node'
import { afterEach, beforeEach, expect, it } from 'vitest'

/** Callbacks on a model that really trains; what each decides is tested beside it. */
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callbacks-'))
})

afterEach(() => rm(folder, { recursive: true }))

const x = ndarray([
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
  [2, 1],
  [1, 2],
])
const y = ndarray([[1], [2], [3], [0], [5], [4]])

function line(options: Partial<CompileOptions> = {}): Model {
  const model = sequential([dense({ units: 1, inputShape: [2] })])
  model.compile({
    backend: reference(),
    loss: 'mse',
    metrics: ['mae'],
    learner: sgd({ learningRate: 0.1 }),
    ...options,
  })
  return model
}

function fit(model: Model, callbacks: readonly Callback[], options: FitOptions = {}) {
  return model.fit(x, y, {
    batchSize: 4,
    epochs: 4,
    validationData: [x, y],
    verbose: 0,
    callbacks: [...callbacks],
    ...options,
  })
}

it('a schedule and a plateau set the learning rate that the model trains with', async () => {
  const model = line()
  const still = learningRateScheduler((epoch) => (epoch === 0 ? 0 : 0.1))
  const { history } = await fit(model, [
    still,
    reduceLROnPlateau({ patience: 0, monitor: 'loss', mode: 'max', factor: 0.5 }),
  ])
  expect(history['lr']).toEqual([0, 0.1, 0.1, 0.1])
  const [first, second] = history['val_loss'] as [number, number]
  expect(history['loss']?.[0]).toBeCloseTo(first, 5)
  expect(second).toBeLessThan(first)
  expect(model.getLearningRate()).toBeCloseTo(0.05, 12)
})

it('early stopping ends training and puts the best weights back', async () => {
  const model = line({ learner: sgd({ learningRate: 0.3 }) })
  const stop = earlyStopping({ restoreBestWeights: true, minDelta: 0.01 })
  const { history } = await fit(model, [stop], { epochs: 30 })
  expect(stop.stoppedEpoch).toBe((history['val_loss']?.length ?? 0) - 1)
  const { loss } = await model.evaluate(x, y)
  expect(loss).toBeCloseTo(stop.best, 5)
  expect(history['val_loss']?.at(-1)).not.toBeCloseTo(stop.best, 5)
})

it('a loss that overflows ends training within the epoch', async () => {
  const model = line({ learner: sgd({ learningRate: 1e30 }) })
  const messages: string[] = []
  const watch = terminateOnNaN({ onMessage: (message) => messages.push(message) })
  const { epoch } = await fit(model, [watch], { epochs: 50 })
  expect(epoch.length).toBeLessThan(4)
  expect(watch.found?.where).toBe('loss')
  expect(messages).toHaveLength(1)
})

it('a weight that is not a number is found in its layer, and thrown where that is asked for', async () => {
  const model = line()
  await model.setWeights((await model.getWeights()).map((values) => values.fill(Number.NaN)))
  await expect(fit(model, [terminateOnNaN({ raise: true })])).rejects.toMatchObject({
    code: 'not-a-number',
    details: { where: model.layers.at(-1)?.name, step: 0 },
  })
})

it('a checkpoint holds the model of its epoch', async () => {
  const model = line()
  const sums: string[] = []
  const sha: Callback = { onEpochEnd: async () => void sums.push(await model.parametersSha256()) }
  const save = modelCheckpoint({ filepath: join(folder, 'm{epoch:02d}') })
  await fit(model, [sha, save], { epochs: 3 })
  for (const [epoch, sum] of sums.entries())
    expect(await (await loadModel(join(folder, `m0${epoch}`))).parametersSha256()).toBe(sum)
})

it('the logger and the bar write the figures of the history', async () => {
  const filename = join(folder, 'log.csv')
  const written: string[] = []
  const bar = progressBar({ verbose: 1, stream: { write: (text) => written.push(text) } })
  const { history } = await fit(line(), [csvLogger({ filename }), bar], { epochs: 2 })
  const [header, ...rows] = (await readFile(filename, 'utf8')).trimEnd().split('\r\n')
  expect(header).toBe('epoch,loss,mean_absolute_error,val_loss,val_mean_absolute_error')
  expect(rows.map((row) => Number(row.split(',')[1]))).toEqual(history['loss'])
  const text = written.join('')
  expect(text).toMatch(/^Train on 6 samples, validate on 6 samples\nEpoch 1\/2\n6\/6 \[={30}\] - \d+s - loss: /)
  const shown = [...text.matchAll(/val_loss: (\S+)/g)].map(([, value]) => Number(value))
  for (const [epoch, value] of shown.entries()) expect(value).toBeCloseTo(history['val_loss']?.[epoch] as number, 3)
  expect(shown).toHaveLength(2)
})
