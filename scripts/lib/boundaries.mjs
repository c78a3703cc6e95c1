import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { importProblem, isNodeOnly, isTest } from './import-rules.mjs'
import { importsOf, lineAt } from './imports.mjs'
import { strip } from './strip.mjs'
import { workspacesOf } from './workspaces.mjs'

/**
 * @typedef {import('./workspaces.mjs').Manifest} Manifest
 * @typedef {import('./workspaces.mjs').Workspace} Workspace
 * @typedef {{ line: number, message: string }} Finding
 * @typedef {{ files: number, problems: string[] }} Report a problem reads `path:line: message`
 */

const NODE_GLOBAL =
  /(?<![.\w$])(process|Buffer|__dirname|__filename|setImmediate|global)\s*[.([]|\bglobalThis\.(process|Buffer)\b/g
const BACKEND_NAME = [
  /\bbackend\w*(\?|!)?\.name\s*(===|!==|==|!=)/gi,
  /(===|!==|==|!=)\s*[\w.]*backend\w*(\?|!)?\.name\b/gi,
  /\bswitch\s*\(\s*[\w.]*backend\w*\.name\s*\)/gi,
]

/**
 * Checks the sources of every workspace: who may import what, what core may use, and that nobody asks a backend for
 * its name in order to behave differently (capabilities are there for that).
 *
 * @param {string} root
 * @returns {Report}
 */
export function checkBoundaries(root) {
  const workspaces = workspacesOf(root)
  const packages = new Map(workspaces.map(({ manifest }) => [manifest.name, manifest]))
  const report = { files: 0, problems: /** @type {string[]} */ ([]) }
  for (const workspace of workspaces) {
    for (const path of sourcesOf(join(root, workspace.directory))) {
      const source = readFileSync(join(root, workspace.directory, path), 'utf8')
      report.files++
      for (const { line, message } of findingsIn(source, path, workspace, packages))
        report.problems.push(`${workspace.directory}/${path}:${line}: ${message}`)
    }
  }
  return report
}

/**
 * @param {string} source
 * @param {string} path
 * @param {Workspace} workspace
 * @param {Map<string, Manifest>} packages
 * @returns {Finding[]}
 */
function findingsIn(source, path, workspace, packages) {
  const imports = importsOf(source).flatMap(({ line, ...found }) => {
    const message = importProblem({ workspace, path, packages, ...found })
    return message ? [{ line, message }] : []
  })
  const code = strip(source, { strings: true })
  return [...imports, ...nodeGlobals(code, path, workspace), ...nameComparisons(code)]
}

/**
 * @param {string} code
 * @param {string} path
 * @param {Workspace} workspace
 * @returns {Finding[]}
 */
function nodeGlobals(code, path, { manifest }) {
  if (manifest.name !== '@lockstep/core' || isNodeOnly(path) || isTest(path)) return []
  return [...code.matchAll(NODE_GLOBAL)].map((match) => ({
    line: lineAt(code, match.index),
    message: `'${match[1] ?? match[2]}' exists on Node only: outside src/node/, core has to run in a browser`,
  }))
}

/**
 * @param {string} code
 * @returns {Finding[]}
 */
function nameComparisons(code) {
  return BACKEND_NAME.flatMap((pattern) => [...code.matchAll(pattern)]).map((match) => ({
    line: lineAt(code, match.index),
    message: `'${match[0].trim()}': nobody asks which backend this is; ask for a capability instead`,
  }))
}

/**
 * @param {string} directory
 * @returns {string[]} relative to `directory`, with forward slashes
 */
function sourcesOf(directory) {
  const sources = join(directory, 'src')
  if (!statSync(sources, { throwIfNoEntry: false })) return []
  return readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => relative(directory, join(sources, path)).split(sep).join('/'))
    .sort()
}
