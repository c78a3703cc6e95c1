import type { Transport } from '@lockstep/collectives'
import type { Runner } from './backend-tests.ts'
import { defineGroupTests, type GroupSubject, runGroupTest } from './collectives/group.ts'
import { endTests } from './collectives/transport-ends.ts'
import { messageTests } from './collectives/transport-messages.ts'
import { sumTests } from './collectives/transport-sums.ts'
import type { TransportTest } from './collectives/transport-test.ts'

/** The transport under test. */
export type TransportSubject = GroupSubject<Transport, object>

const tests: Readonly<Record<string, TransportTest>> = { ...messageTests, ...endTests, ...sumTests }

/**
 * Defines the tests that every transport must pass, for groups of 1, 2, 3, 4, 5 and 8 ranks: messages and their order,
 * memory that is used again, disagreement, abort, death and disposal, and sums where the lane makes them itself.
 */
export function transportTests(subject: TransportSubject, runner: Runner): void {
  defineGroupTests('transport', subject, tests, runner)
}

/** One test of the kit on a new group; rejects when the transport is wrong. For running parts of the kit. */
export async function runTransportTest(id: string, subject: TransportSubject, worldSize: number): Promise<void> {
  const test = tests[id]
  if (test === undefined) throw new Error(`there is no such test: ${id}`)
  await runGroupTest(subject, test, worldSize)
}
