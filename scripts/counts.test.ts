import { expect, test } from 'vitest'
import { countTests } from './lib/test-counts.mjs'

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
})

test('adds up the tests of all packages', () => {
  const a = { numPassedTests: 2, numFailedTests: 0, testResults: [file('passed', 'passed', 'passed')] }
  const b = { numPassedTests: 1, numFailedTests: 1, testResults: [file('failed', 'passed', 'failed')] }
  expect(countTests([a, b])).toEqual({ passed: 3, failed: 1 })
})

test('a file that could not be loaded is a failure', () => {
  expect(countTests([{ numPassedTests: 0, numFailedTests: 0, testResults: [file('failed')] }])).toEqual({
    passed: 0,
    failed: 1,
  })
})

test('a package without a report is a failure', () => {
  expect(countTests([undefined])).toEqual({ passed: 0, failed: 1 })
})
