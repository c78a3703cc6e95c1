/** Fails when a package reaches across a boundary; lib/boundaries.mjs and lib/import-rules.mjs hold the rules. */
import { fileURLToPath } from 'node:url'
import { checkBoundaries } from './lib/boundaries.mjs'

const { files, problems } = checkBoundaries(fileURLToPath(new URL('..', import.meta.url)))
for (const problem of problems) console.error(problem)
console.log(`boundaries: ${files} files, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
