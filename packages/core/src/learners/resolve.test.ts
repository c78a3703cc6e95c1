import { describe, expect, it } from 'vitest'
import { cosine } from '../schedules/index.ts'
import { adamW } from './adam-w.ts'
import type { Learner } from './learner.ts'
import { learnerFromConfig, learnerNames, resolveLearner } from './resolve.ts'
import { rmsprop } from './rmsprop.ts'
import { sgd } from './sgd.ts'

const start = { step: 0, samples: 0, batchSamples: 32 }

describe('resolveLearner', () => {
  it('knows each learner under its own name', () => {
    expect(learnerNames.map((name) => resolveLearner(name).name)).toEqual(learnerNames)
  })

  it('hands a learner back', () => {
    const learner = sgd()
    expect(resolveLearner(learner)).toBe(learner)
  })

  it('suggests the nearest name', () => {
    expect(() => resolveLearner('RMSprop')).toThrowError("unknown learner 'RMSprop'; did you mean 'rmsprop'?")
  })
})

describe('learnerFromConfig', () => {
  it('makes a learner with all its options again', () => {
    const made = rmsprop({
      profile: 'keras3',
      learningRate: 0.5,
      decay: 0.1,
      rho: 0.8,
      momentum: 0.5,
      clipNorm: 2,
      clipValue: 1,
    })
    const again = learnerFromConfig(JSON.parse(JSON.stringify(made.config)))
    expect(again.config).toEqual(made.config)
    expect(again).toMatchObject({ name: 'rmsprop', clipNorm: 2, clipValue: 1, slots: made.slots })
    expect(again.hyperparameters({ ...start, step: 7 })).toEqual(made.hyperparameters({ ...start, step: 7 }))
  })

  it('keeps a weight decay that is a default', () => {
    expect(adamW().config).toMatchObject({ weightDecay: 0.004 })
    expect(learnerFromConfig({ ...adamW().config, weightDecay: 0 }).hyperparameters(start)).not.toHaveProperty(
      'weightDecay',
    )
  })

  it('keeps a schedule', () => {
    const made = sgd({ learningRate: cosine({ initial: 1, period: 10 }) })
    const again = learnerFromConfig(JSON.parse(JSON.stringify(made.config)))
    const rates = (learner: Learner): number[] => [0, 5, 10].map((step) => learner.learningRate({ step, samples: 0 }))
    expect(rates(again)).toEqual(rates(made))
    expect(rates(again)[2]).toBe(0)
  })

  it('keeps the rate that was set last', () => {
    const made = sgd({ learningRate: cosine({ initial: 1, period: 10 }), decay: 1 })
    made.setLearningRate(0.25)
    const again = learnerFromConfig(JSON.parse(JSON.stringify(made.config)))
    expect(again.baseLearningRate({ step: 3, samples: 0 })).toBe(0.25)
    expect(again.learningRate({ step: 3, samples: 0 })).toBe(0.0625)
  })

  it('refuses what is no config of a learner', () => {
    expect(() => learnerFromConfig({ learningRate: 1 })).toThrowError('has the name undefined')
    expect(() => learnerFromConfig({ name: 'mine' })).toThrowError("unknown learner 'mine'")
    expect(() => learnerFromConfig({ name: 'sgd', rho: 0.9 })).toThrowError("sgd has no option 'rho'")
  })
})
