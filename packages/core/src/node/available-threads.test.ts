import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { availableThreads } from './available-threads.ts'

test('a share of the cores is taken from the environment, where it is one', () => {
  expect(availableThreads({ LOCKSTEP_THREADS: '3' })).toBe(3)
  for (const text of [undefined, '', '0', '-1', '1.5', 'all'])
    expect(availableThreads({ LOCKSTEP_THREADS: text })).toBe(availableParallelism())
})
