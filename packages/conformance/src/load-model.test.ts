import { reference } from '@lockstep/backend-reference'
import { defineLearner, dense, deserializeModel, type Learner, ops, sequential } from '@lockstep/core'
import { describe, expect, it } from 'vitest'

const [x, y] = [
  [[1], [2], [3], [4]],
  [[2], [4], [6], [8]],
]
const training = { batchSize: 1, epochs: 4, verbose: 0 } as const

const averaging = (): Learner =>
  defineLearner({
    name: 'averaging',
    options: {},
    defaultLearningRate: 0.01,
    slots: [{ name: 'mean', initial: 0 }],
    rule: ({ parameter, gradient, slot, hyperparameter }) => {
      const mean = ops.add(ops.mul(slot('mean'), 0.5), ops.mul(gradient, 0.5))
      return { parameter: ops.sub(parameter, ops.mul(hyperparameter('learningRate'), mean)), slots: { mean } }
    },
  })

async function trained(epochs: number): Promise<{ file: Uint8Array; hash: string }> {
  await using model = sequential([dense({ units: 1, inputShape: [1] })])
  model.compile({ backend: reference(), loss: 'mse', learner: averaging() })
  await model.fit(x, y, { ...training, epochs })
  return { file: await model.serialize(), hash: await model.parametersSha256() }
}

describe('a model trained by a learner of one’s own', () => {
  it('goes on with the same bits when the learner is given again', async () => {
    const [{ hash }, { file }] = [await trained(4), await trained(2)]
    await using model = await deserializeModel(file, { backend: reference(), learner: averaging() })
    await model.fit(x, y, { ...training, resume: true })
    expect(await model.parametersSha256()).toBe(hash)
  })

  it('asks for the learner when it is not', async () => {
    const { file } = await trained(1)
    await expect(deserializeModel(file, { backend: reference() })).rejects.toThrowError(
      "unknown learner 'averaging' (known: sgd, momentum",
    )
    await expect(deserializeModel(file, { backend: reference() })).rejects.toThrowError(
      'one of your own has to be given, e.g. loadModel(path, { learner: yourLearner() })',
    )
  })
})
