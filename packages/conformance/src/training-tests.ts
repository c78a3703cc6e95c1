import type { Runner } from './backend-tests.ts'
import type { Subject } from './subject.ts'
import { continuationTests } from './training/continuation.ts'
import { exactnessTests } from './training/exactness.ts'
import { fusedStepTests } from './training/fused-steps.ts'
import { statisticTests } from './training/statistics.ts'

/**
 * Defines the tests of whole trainings that a backend must pass: exact sums whatever the batches, resuming to the same
 * bits, fused steps where declared, statistics of batches.
 */
export function trainingTests(subject: Subject, runner: Runner): void {
  const fused = subject.backend().capabilities.fusedSteps ? fusedStepTests : {}
  const tests = { ...exactnessTests, ...continuationTests, ...statisticTests, ...fused }
  runner.describe(`${subject.name} training models`, () => {
    for (const [id, test] of Object.entries(tests)) runner.it(id, () => test(subject))
  })
}
