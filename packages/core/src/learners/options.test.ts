import { describe, expect, it } from 'vitest'
import { adadelta } from './adadelta.ts'
import { adam } from './adam.ts'
import { defineLearner } from './define-learner.ts'
import { fsAdaGrad } from './fs-ada-grad.ts'
import type { Learner } from './learner.ts'
import { momentum } from './momentum.ts'
import { nadam } from './nadam.ts'
import { rmsprop } from './rmsprop.ts'
import { sgd } from './sgd.ts'

const at = (step: number, batchSamples = 32) => ({ step, samples: step * 32, batchSamples })

describe("learners' options", () => {
  it.each<[string, () => Learner, string]>([
    ['an unknown option', () => sgd({ lr: 1 } as object), "sgd has no option 'lr'; did you mean 'learningRate'?"],
    ['a misspelt option', () => rmsprop({ roh: 0.9 } as object), "rmsprop has no option 'roh'; did you mean 'rho'?"],
    [
      'a negative rate',
      () => sgd({ learningRate: -1 }),
      'sgd: learningRate is -1; expected a finite number of at least 0',
    ],
    ['a rate that is none', () => sgd({ learningRate: Number.NaN }), 'sgd: learningRate is NaN'],
    [
      'a momentum of 1',
      () => momentum({ momentum: 1 }),
      'momentum: momentum is 1; expected a number from 0 to below 1',
    ],
    [
      'a text for a number',
      () => adam({ beta1: '0.9' as unknown as number }),
      "adam: beta1 is '0.9'; expected a finite number",
    ],
    ['a negative epsilon', () => adadelta({ epsilon: -1e-8 }), 'adadelta: epsilon is -1e-8'],
    ['clipping to nothing', () => sgd({ clipNorm: 0 }), 'sgd: clipNorm is 0; expected a finite number above 0'],
    ['an infinite decay', () => sgd({ weightDecay: Number.POSITIVE_INFINITY }), 'sgd: weightDecay is Infinity'],
    ['a profile it lacks', () => adadelta({ profile: 'tfjs' as 'keras2' }), "unknown profile of adadelta 'tfjs'"],
    ['a defect', () => rmsprop({ profile: 'tfjs', centered: true }), 'rmsprop: centered is true'],
    ['no variance', () => fsAdaGrad({ varianceTimeConstant: 0 }), 'fsAdaGrad: varianceTimeConstant is 0'],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrowError(message)
  })

  it("decay as Keras' lr / (1 + decay · iterations)", () => {
    const learner = rmsprop({ learningRate: 0.5, decay: 0.25 })
    expect([0, 1, 4].map((step) => learner.learningRate({ step, samples: 0 }))).toEqual([0.5, 0.4, 0.25])
    expect(learner.baseLearningRate({ step: 4, samples: 0 })).toBe(0.5)
  })

  it('derive momentum from a time constant in samples', () => {
    const learner = momentum({ profile: 'cntk', momentumTimeConstant: 64, learningRate: 2 })
    const beta = Math.exp(-0.5)
    expect(learner.hyperparameters(at(0, 32))).toMatchObject({ momentum: beta, gainedRate: (1 - beta) * 2 })
    expect(learner.hyperparameters(at(0, 64))).toMatchObject({ momentum: Math.exp(-1) })
  })

  it("give nadam's momentum product at any step", () => {
    const [forward, backward] = [nadam(), nadam()]
    const steps = [0, 1, 2, 3, 10, 11]
    const inOrder = steps.map((step) => forward.hyperparameters(at(step)))
    const inReverse = steps.toReversed().map((step) => backward.hyperparameters(at(step)))
    expect(inReverse.toReversed()).toEqual(inOrder)
  })

  it('reach a learner of your own', () => {
    const learner = defineLearner({
      name: 'mine',
      options: { weightDecay: 0.5 },
      defaultLearningRate: 0.1,
      hyperparameters: ({ step }, rate) => ({ twice: 2 * rate, step }),
      rule: ({ parameter }) => ({ parameter, slots: {} }),
    })
    expect(learner.hyperparameters(at(3))).toEqual({ learningRate: 0.1, weightDecay: 0.05, twice: 0.2, step: 3 })
    expect(learner.config).toEqual({ name: 'mine', learningRate: 0.1, decay: 0, weightDecay: 0.5 })
  })
})
