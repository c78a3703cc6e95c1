import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  fsAdaGrad,
  momentum,
  nadam,
  nesterov,
  rmsprop,
  sgd,
} from '@lockstep/core'
import { describe, it } from 'vitest'
import { type LearnerSubject, learnerTests } from './learner-tests.ts'

const subjects: readonly LearnerSubject[] = [
  { name: 'sgd', make: () => sgd({ learningRate: 0.0015 }) },
  { name: 'momentum', make: () => momentum({ learningRate: 0.0005 }) },
  { name: 'momentum of TensorFlow.js', make: () => momentum({ learningRate: 0.0005, profile: 'tfjs' }) },
  { name: 'momentum of CNTK', make: () => momentum({ learningRate: 0.001, profile: 'cntk' }) },
  { name: 'nesterov', make: () => nesterov({ learningRate: 0.0005 }) },
  { name: 'adagrad', make: () => adagrad({ learningRate: 0.5 }) },
  { name: 'adadelta', make: () => adadelta(), updates: 10_000 },
  { name: 'rmsprop', make: () => rmsprop({ learningRate: 0.002 }) },
  {
    name: 'centred rmsprop with momentum',
    make: () => rmsprop({ learningRate: 0.0005, profile: 'keras3', centered: true, momentum: 0.9 }),
  },
  { name: 'adam', make: () => adam({ learningRate: 0.01 }) },
  { name: 'adam with amsgrad', make: () => adam({ learningRate: 0.02, profile: 'keras3', amsgrad: true }) },
  { name: 'adamax', make: () => adamax({ learningRate: 0.01 }) },
  { name: 'adamW', make: () => adamW({ learningRate: 0.01, weightDecay: 0.0001 }) },
  { name: 'nadam', make: () => nadam({ learningRate: 0.01 }) },
  { name: 'fsAdaGrad', make: () => fsAdaGrad({ learningRate: 0.01, varianceTimeConstant: 1000 }) },
]

for (const subject of subjects) learnerTests(subject, { describe, it })
