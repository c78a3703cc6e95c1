import { describe, expect, test } from 'vitest'
import { listBackendTests } from '../backend-tests.ts'
import { callFaults } from './call-faults.ts'
import { kernelFaults } from './kernel-faults.ts'
import { poolFaults } from './pool-faults.ts'
import { stateFaults } from './state-faults.ts'

const tests = listBackendTests()

describe.each([...kernelFaults, ...poolFaults, ...stateFaults, ...callFaults])(
  'a backend that $mistake',
  ({ backend, caughtBy }) => {
    test.each(caughtBy)('fails %s', async (id) => {
      await expect(tests.get(id)?.({ name: 'faulty', backend })).rejects.toThrow()
    })
  },
)
