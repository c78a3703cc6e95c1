/**
 * @typedef {{ status: string, assertionResults: { status: string }[] }} FileResult
 * @typedef {{ numPassedTests: number, numFailedTests: number, testResults: FileResult[] }} Results vitest's JSON report
 * @typedef {{ passed: number, failed: number }} Counts
 */

/**
 * Adds up what vitest reported. A test file that failed before any of its tests did (it could not be loaded, say)
 * counts as one failure, and so does a package that left no report.
 *
 * @param {(Results | undefined)[]} reports one for each package with tests
 * @returns {Counts}
 */
export function countTests(reports) {
  const counts = { passed: 0, failed: 0 }
  for (const report of reports) {
    counts.passed += report?.numPassedTests ?? 0
    counts.failed += report ? report.numFailedTests + report.testResults.filter(failedAsFile).length : 1
  }
  return counts
}

/** @param {FileResult} file */
function failedAsFile({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
}
