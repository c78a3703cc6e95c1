import { batchNormalization, type Callback, deserializeModel, dropout, type Layer, type Model } from '@lockstep/core'
import type { Subject } from '../subject.ts'
import { compiled, expectSame, network, samples, type TrainingTests, using } from './subjects.ts'

/** Every built-in learner by name. */
export const learnerNames = [
  'sgd',
  'momentum',
  'nesterov',
  'adagrad',
  'adadelta',
  'rmsprop',
  'adam',
  'adamax',
  'adamW',
  'nadam',
  'fsAdaGrad',
] as const

const layers = (): Layer[] => network(dropout({ rate: 0.3 }), batchNormalization())

/** Stops training after that many batches in all, in the middle of an epoch. */
function stopAfter(batches: number): Callback {
  let seen = 0
  let model: { stopTraining: boolean }
  return {
    onTrainBegin: (context) => {
      model = context.model
    },
    onBatchEnd: () => {
      if (++seen === batches) model.stopTraining = true
    },
  }
}

/** Train 2k steps ≡ train k, save, load into a new model, train k more: the same bits. */
async function resumes(subject: Subject, learner: string, more: object = {}): Promise<void> {
  const { x, y } = samples(37)
  const options = { batchSize: 8, epochs: 4, verbose: 0 } as const
  const uninterrupted = await using(compiled(subject, layers(), { learner, ...more }), async (model) => {
    await model.fit(x, y, options)
    return { hash: await model.parametersSha256(), loss: model.history?.history['loss']?.at(-1) }
  })
  const file = await using(compiled(subject, layers(), { learner, ...more }), async (model) => {
    await model.fit(x, y, { ...options, callbacks: [stopAfter(7)] })
    return model.serialize()
  })
  const loaded = await deserializeModel(file, { backend: subject.backend(), ...more })
  await using(loaded, async (model: Model) => {
    expectSame('step', model.progress.step, 7)
    await model.fit(x, y, { ...options, resume: true })
    expectSame(`hash after resuming with ${learner}`, await model.parametersSha256(), uninterrupted.hash)
    expectSame('loss of the last epoch', model.history?.history['loss']?.at(-1), uninterrupted.loss)
  })
}

/** What is saved is all there is. */
export const continuationTests: TrainingTests = {
  ...Object.fromEntries(
    learnerNames.map((name) => [`resumes with ${name} to the same bits`, (subject: Subject) => resumes(subject, name)]),
  ),
  'the same seed gives the same bits, another seed others': async (subject: Subject): Promise<void> => {
    const { x, y } = samples(20)
    const run = (seed: number): Promise<string> =>
      using(compiled(subject, layers(), { learner: 'rmsprop' }, seed), async (model) => {
        await model.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0 })
        return model.parametersSha256()
      })
    const [first, again, other] = [await run(1), await run(1), await run(2)]
    expectSame('hash of the second run', again, first)
    expectSame('equality of the hashes of two seeds', other === first, false)
  },
  'weights survive compiling again, and models do not share them': async (subject: Subject): Promise<void> => {
    const { x, y } = samples(20)
    const [one, two] = [compiled(subject, layers()), compiled(subject, layers())]
    await using(one, () =>
      using(two, async () => {
        const initial = await two.parametersSha256()
        await one.fit(x, y, { epochs: 1, verbose: 0 })
        const hash = await one.parametersSha256()
        one.compile({ backend: subject.backend(), loss: 'meanSquaredError', learner: 'adam' })
        await one.evaluate(x, y)
        expectSame('hash after compiling again', await one.parametersSha256(), hash)
        await two.evaluate(x, y)
        expectSame('hash of the other model', await two.parametersSha256(), initial)
      }),
    )
  },
}
