import type { Model } from '@lockstep/core'
import type { Subject } from '../subject.ts'
import { learnerNames } from './continuation.ts'
import {
  compiled,
  distance,
  expectAtMost,
  expectSame,
  samples,
  type TrainingTests,
  using,
  withDropout,
} from './subjects.ts'

const data = samples(8 * 10 + 3)

async function train(subject: Subject, learner: string, stepsPerExecution: number, stepsPerEpoch?: number) {
  const model: Model = compiled(subject, withDropout(), { learner, stepsPerExecution })
  return using(model, async () => {
    await model.fit(data.x, data.y, { batchSize: 8, verbose: 0, ...(stepsPerEpoch && { stepsPerEpoch }) })
    return { weights: await model.getWeights(), hash: await model.parametersSha256(), step: model.progress.step }
  })
}

/** `stepsPerExecution`; for backends that can fuse steps. */
export const fusedStepTests: TrainingTests = {
  'fused steps give the bits of single ones, with a short last group and batch': async (
    subject: Subject,
  ): Promise<void> => {
    const [by4, by5] = [await train(subject, 'rmsprop', 4), await train(subject, 'rmsprop', 5)]
    expectSame('hash by groups of 4 and 5', by4.hash, by5.hash)
    expectSame('steps', by4.step, 11)
  },
  'fused steps stay within 1e-6 of the host learner for 10 steps': async (subject: Subject): Promise<void> => {
    for (const learner of learnerNames) {
      const [fused, host] = [await train(subject, learner, 5, 10), await train(subject, learner, 1, 10)]
      expectAtMost(`difference of the weights with ${learner}`, distance(fused.weights, host.weights), 1e-6)
    }
  },
}
