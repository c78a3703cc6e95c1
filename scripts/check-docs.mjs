/**
 * Type-checks and runs every ```ts block of README.md and docs/ against the built packages (`npm run build` first).
 * Paths given as arguments replace the pages. CONTRIBUTING.md says how a page marks a block.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile, run } from './lib/snippet-runner.mjs'
import { snippetsOf } from './lib/snippets.mjs'

/** @typedef {import('./lib/snippet-runner.mjs').Program} Program */

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.docs-check')

/** @returns {string[]} relative to the root, with forward slashes */
function pages() {
  const docs = existsSync(join(root, 'docs'))
    ? readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    : []
  const paths = docs.filter((path) => path.endsWith('.md')).map((path) => `docs/${path.split(sep).join('/')}`)
  return ['README.md', ...paths.sort()]
}

/**
 * @param {string} page
 * @returns {Program[]}
 */
function programsOf(page) {
  try {
    const slug = page.replace(/\.md$/, '').replace(/[^\w-]+/g, '-')
    return snippetsOf(readFileSync(join(root, page), 'utf8')).map((snippet, index) => ({
      page,
      snippet,
      name: `${slug}-${index + 1}`,
    }))
  } catch (error) {
    throw new Error(`${page}: ${error instanceof Error ? error.message : error}`)
  }
}

const named = process.argv.slice(2)
const programs = (named.length > 0 ? named : pages()).flatMap(programsOf)
const skipped = programs.filter(({ snippet }) => snippet.mode === 'skip')
for (const { page, snippet } of skipped) console.log(`skipped ${page}:${snippet.lines[0] ?? 0}: ${snippet.reason}`)

const checked = programs.filter(({ snippet }) => snippet.mode !== 'skip')
const problems = checked.length > 0 ? compile(folder, checked) : []
const runnable = problems.length > 0 ? [] : checked.filter(({ snippet }) => snippet.mode === 'run')
for (const program of runnable) {
  const problem = run(folder, program)
  if (problem) problems.push(problem)
}

for (const problem of problems) console.error(problem)
console.log(
  `docs: ${checked.length} blocks type-checked, ${runnable.length} run, ${skipped.length} skipped, ${problems.length} problems`,
)
process.exitCode = problems.length > 0 ? 1 : 0
