import { expect, test } from 'vitest'
import { ProgressReport } from './progress-report.ts'

test('the call whose turn it is counts as overdue', () => {
  const report = new ProgressReport()
  expect(report.progress).toEqual({ begun: 0 })
  report.begin('barrier')()
  report.begin('allReduce of 3 float32')
  report.begin('barrier')
  expect(report.progress).toEqual({ begun: 3 })
  report.overdue(4000)
  const overdue = { call: 'allReduce of 3 float32 (call 2)', number: 2, waitedMs: 4000 }
  expect(report.progress).toEqual({ begun: 3, overdue })
})

test('a call that ends after all leaves the next one blameless', () => {
  const report = new ProgressReport()
  const end = report.begin('barrier')
  report.overdue(4000)
  end()
  report.overdue(4000)
  const endNext = report.begin('barrier')
  expect(report.progress).toEqual({ begun: 2 })
  endNext()
  expect(report.progress).toEqual({ begun: 2 })
})
