import { describe, expect, test } from 'vitest'
import { runTransportTest } from '../transport-tests.ts'
import { changedTransports, ownAllReduce, transportFaults } from './transport-faults.ts'

describe.each(transportFaults)('a transport that $mistake', ({ change, caughtBy }) => {
  test.each(caughtBy)('fails: %s', async (id) => {
    const subject = { name: 'faulty', group: changedTransports(change), patienceMs: 1500 }
    await expect(runTransportTest(id, subject, 3)).rejects.toThrow()
  })
})

test.each([...new Set(transportFaults.flatMap(({ caughtBy }) => caughtBy))])(
  'one without mistakes passes: %s',
  async (id) => {
    const group = changedTransports((inner) => ({ allReduce: ownAllReduce(inner, (terms) => terms) }))
    await runTransportTest(id, { name: 'right', group }, 3)
  },
)
