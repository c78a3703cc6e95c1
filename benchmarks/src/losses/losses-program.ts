/** Trains the first steps of an example on one engine and prints their losses as a line of JSON; see losses.ts. */
import { isLockstepError, ndarray, sequential, toCategorical } from '@lockstep/core'
import { backendOf } from '../backends.ts'
import { digits } from '../train/digits.ts'
import { layersOf, learnerOf } from '../train/models.ts'
import { batchSize, type LossesAnswer, type LossesAsk } from './losses.ts'

async function lossesOf({ backend, engine, model: name, steps }: LossesAsk): Promise<LossesAnswer> {
  const { images, labels, origin } = digits(steps * batchSize)
  const x = ndarray(images, name === 'mlp' ? [labels.length, 784] : [labels.length, 28, 28, 1])
  const losses: number[] = []
  await using model = sequential(layersOf(name, { drop: true }), { seed: 1 })
  model.compile({ backend: backendOf(backend, engine), loss: 'categoricalCrossentropy', learner: learnerOf(name) })
  await model.fit(x, toCategorical(labels, 10), {
    batchSize,
    epochs: 1,
    verbose: 0,
    callbacks: [{ onBatchEnd: (_, { loss = Number.NaN }) => void losses.push(loss) }],
  })
  return { losses, data: origin, engine: (await model.device()).engine }
}

async function answer(): Promise<LossesAnswer> {
  try {
    return await lossesOf(JSON.parse(process.argv[2] as string) as LossesAsk)
  } catch (error) {
    if (isLockstepError(error) && error.code === 'unavailable') return { unavailable: error.message }
    throw error
  }
}

console.log(JSON.stringify(await answer()))
