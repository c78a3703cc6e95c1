import { type BehaviourTestId, behaviourTests } from './behaviours/behaviours.ts'
import { type OpTestId, opTests, type Test } from './op-tests.ts'
import { contextOf, type Subject } from './subject.ts'

/** Every test of the kit by its id. */
export type TestId = OpTestId | BehaviourTestId

/** A test that a backend is known to fail; it fails in turn as soon as the test passes. */
export interface Waiver {
  readonly test: TestId
  readonly reason: string
  readonly issue?: string
}

/** What {@link backendTests} needs of vitest, node:test or the like. */
export interface Runner {
  describe(name: string, define: () => void): unknown
  it(name: string, test: () => Promise<void>): unknown
}

/** The kit as a list, for running parts of it. A test rejects when the backend is wrong. */
export function listBackendTests(): ReadonlyMap<TestId, (subject: Subject) => Promise<void>> {
  const behaviours = Object.entries(behaviourTests) as [BehaviourTestId, Test][]
  const tests: [TestId, Test][] = [...opTests(), ...behaviours]
  return new Map(tests.map(([id, test]) => [id, (subject) => test(contextOf(subject))]))
}

/**
 * Defines the tests that every backend must pass: each primitive and its gradient against the float64 reference, and
 * the contract of `Replica` and `Call`. A waiver for a test that passes, or that there is not, fails.
 */
export function backendTests(subject: Subject & { readonly waivers?: readonly Waiver[] }, runner: Runner): void {
  const tests = listBackendTests()
  const waivers = new Map(subject.waivers?.map((waiver) => [waiver.test, waiver]))
  runner.describe(`${subject.name} as a backend`, () => {
    for (const [id, test] of tests) {
      const waiver = waivers.get(id)
      if (waiver === undefined) runner.it(id, () => test(subject))
      else runner.it(`${id} [waived: ${waiver.reason}]`, () => expectFailure(() => test(subject), waiver))
    }
    for (const waiver of waivers.values()) {
      if (!tests.has(waiver.test))
        runner.it(`waiver for ${waiver.test}`, () => Promise.reject(new Error('there is no such test')))
    }
  })
}

async function expectFailure(run: () => Promise<void>, waiver: Waiver): Promise<void> {
  const failed = await run().then(
    () => false,
    () => true,
  )
  if (!failed) throw new Error(`${waiver.test} passes; remove its waiver (${waiver.reason})`)
}
