import type { Test } from '../op-tests.ts'
import { type CallTestId, callTests } from './calls.ts'
import { type LifetimeTestId, lifetimeTests } from './lifetime.ts'
import { type StateTestId, stateTests } from './state.ts'
import { type StepsTestId, stepsTests } from './steps.ts'
import { type TrainingTestId, trainingTests } from './training.ts'

export type BehaviourTestId = StateTestId | CallTestId | StepsTestId | LifetimeTestId | TrainingTestId

/** The tests that are not about one primitive. */
export const behaviourTests: Readonly<Record<BehaviourTestId, Test>> = {
  ...stateTests,
  ...callTests,
  ...stepsTests,
  ...lifetimeTests,
  ...trainingTests,
}
