/** Prints `<passed> <failed>`, summed over the reports that the packages' last test runs left behind. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countTests } from './lib/test-counts.mjs'
import { workspacesOf } from './lib/workspaces.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = workspacesOf(root)
  .filter(({ manifest }) => manifest.scripts?.['test'] !== undefined)
  .map(({ directory }) => join(root, directory, 'test-results.json'))
  .map((path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined))
const { passed, failed } = countTests(reports)
console.log(`${passed} ${failed}`)
