import type { Runner } from './backend-tests.ts'
import { agreementTests } from './distributed/agreement.ts'
import { cntkTests } from './distributed/cntk.ts'
import { controlTests } from './distributed/control.ts'
import { dataShapeTests } from './distributed/data-shapes.ts'
import { datasetTests } from './distributed/datasets.ts'
import { equalityTests } from './distributed/equality.ts'
import { measuringTests } from './distributed/measuring.ts'
import type { DistributedTests, GroupSubject } from './distributed/ranks.ts'

/** The tests of {@link distributedTrainingTests} by what they claim, for running a part of them. */
export function listDistributedTrainingTests(): DistributedTests {
  return {
    ...equalityTests,
    ...dataShapeTests,
    ...agreementTests,
    ...controlTests,
    ...measuringTests,
    ...datasetTests,
    ...cntkTests,
  }
}

/**
 * Defines the tests of data-parallel training over the groups of `subject`: that ranks train what one process would
 * train, whatever the data, hold the same bits, stop together, and refuse what differs between them.
 */
export function distributedTrainingTests(subject: GroupSubject, runner: Runner): void {
  runner.describe(`${subject.name} training distributed`, () => {
    for (const [id, test] of Object.entries(listDistributedTrainingTests())) runner.it(id, () => test(subject))
  })
}
