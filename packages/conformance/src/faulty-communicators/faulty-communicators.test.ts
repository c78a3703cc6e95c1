import { describe, expect, test } from 'vitest'
import { runCommunicatorTest } from '../communicator-tests.ts'
import { blockFaults } from './block-faults.ts'
import { changed } from './changed.ts'
import { endFaults } from './end-faults.ts'
import { sumFaults } from './sum-faults.ts'

const faults = [...sumFaults, ...blockFaults, ...endFaults]
/** Enough for what these tests do in memory; some mistakes are to wait for ever. */
const patienceMs = 1500

describe.each(faults)('a communicator that $mistake', ({ group, caughtBy }) => {
  test.each(caughtBy)('fails: %s', async (id) => {
    await expect(runCommunicatorTest(id, { name: 'faulty', group, patienceMs }, 3)).rejects.toThrow()
  })
})

test.each([...new Set(faults.flatMap(({ caughtBy }) => caughtBy))])('one without mistakes passes: %s', async (id) => {
  await runCommunicatorTest(id, { name: 'right', group: changed(() => () => ({})) }, 3)
})
