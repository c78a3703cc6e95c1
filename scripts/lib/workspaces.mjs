import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {{
 *   name: string,
 *   exports?: Record<string, unknown>,
 *   scripts?: Record<string, string>,
 *   dependencies?: Record<string, string>,
 *   devDependencies?: Record<string, string>,
 *   peerDependencies?: Record<string, string>,
 *   optionalDependencies?: Record<string, string>,
 *   workspaces?: string[],
 * }} Manifest
 * @typedef {{ directory: string, manifest: Manifest }} Workspace `directory` is relative to the root
 */

/**
 * The packages that the root's `workspaces` names; a pattern's last segment may be `*`.
 *
 * @param {string} root
 * @returns {Workspace[]}
 */
export function workspacesOf(root) {
  return (readManifest(root).workspaces ?? [])
    .flatMap((pattern) => expand(root, pattern))
    .filter((directory) => existsSync(join(root, directory, 'package.json')))
    .map((directory) => ({ directory, manifest: readManifest(join(root, directory)) }))
}

/**
 * @param {string} directory
 * @returns {Manifest}
 */
export function readManifest(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
}

/**
 * @param {string} root
 * @param {string} pattern
 * @returns {string[]}
 */
function expand(root, pattern) {
  if (!pattern.endsWith('/*')) return [pattern]
  const parent = pattern.slice(0, -2)
  if (!existsSync(join(root, parent))) return []
  return readdirSync(join(root, parent))
    .sort()
    .map((name) => `${parent}/${name}`)
}
