import type { Communicator } from '@lockstep/core'
import type { Runner } from './backend-tests.ts'
import { blockTests } from './collectives/communicator-blocks.ts'
import { endTests, namingTest } from './collectives/communicator-ends.ts'
import { orderTests } from './collectives/communicator-order.ts'
import { sumTests } from './collectives/communicator-sums.ts'
import type { CommunicatorSettings, CommunicatorTest } from './collectives/communicator-test.ts'
import { defineGroupTests, type GroupSubject, runGroupTest } from './collectives/group.ts'

/** The communicator under test. */
export interface CommunicatorSubject extends GroupSubject<Communicator, CommunicatorSettings> {
  /**
   * Whether sums pass through other ranks: they are then added in another order than that of the ranks, and a timeout
   * names a neighbour. Default false.
   */
  readonly ownOrder?: boolean
}

const rankOrderTest = 'sums are added in rank order'
const tests: Readonly<Record<string, CommunicatorTest>> = { ...sumTests, ...blockTests, ...orderTests, ...endTests }

/**
 * Defines the tests that every communicator must pass, for groups of 1, 2, 3, 4, 5 and 8 ranks: sums against float64 and
 * bit for bit between ranks and runs, blocks, calls in flight, memory that is used again, disagreement, abort, death,
 * timeouts and disposal.
 */
export function communicatorTests(subject: CommunicatorSubject, runner: Runner): void {
  const { [rankOrderTest]: _, [namingTest]: __, ...others } = tests
  defineGroupTests('communicator', subject, subject.ownOrder ? others : tests, runner)
}

/** One test of the kit on a new group; rejects when the communicator is wrong. For running parts of the kit. */
export async function runCommunicatorTest(id: string, subject: CommunicatorSubject, worldSize: number): Promise<void> {
  const test = tests[id]
  if (test === undefined) throw new Error(`there is no such test: ${id}`)
  await runGroupTest(subject, test, worldSize)
}
