import { posix } from 'node:path'

/**
 * @typedef {import('./workspaces.mjs').Manifest} Manifest
 * @typedef {import('./workspaces.mjs').Workspace} Workspace
 * @typedef {{ workspace: Workspace, path: string, specifier: string, typeOnly: boolean, packages: Map<string, Manifest> }} Subject
 *   one import: `path` is the importing file's, relative to its package; `packages` holds every workspace by name
 */

const SCOPE = '@lockstep/'

/** @param {string} path relative to the package */
export function isTest(path) {
  return /\.(test|fixture)\.ts$/.test(path)
}

/** @param {string} path relative to the package */
export function isNodeOnly(path) {
  return path.startsWith('src/node/')
}

/** What every rank's communication thread loads once more; most of core would double the time that it takes to start. */
const thrifty = new Set([`${SCOPE}collectives`, `${SCOPE}dist-zmq`])

/** The one file of core that loads its Node part, on demand and only where there is a Node. */
const nodeDoor = 'src/training/platform.ts'

/**
 * What is wrong with one import, or undefined.
 *
 * @param {Subject} subject
 * @returns {string | undefined}
 */
export function importProblem(subject) {
  const { specifier } = subject
  if (specifier.startsWith('.')) return relativeProblem(subject)
  if (specifier.startsWith('node:')) return nodeProblem(subject)
  return packageProblem(subject)
}

/** @param {Subject} subject */
function relativeProblem({ workspace, path, specifier }) {
  const target = posix.join(posix.dirname(path), specifier)
  if (target.startsWith('..')) return `'${specifier}' leaves the package: import other packages by their public name`
  if (!isTest(path) && isTest(target)) return `'${specifier}' is test code, which is not published`
  if (isCore(workspace) && isNodeOnly(target) && !isNodeOnly(path) && !isTest(path) && path !== nodeDoor)
    return `'${specifier}' needs Node: outside src/node/, core has to run in a browser`
  return undefined
}

/** @param {Subject} subject */
function nodeProblem({ workspace, path, specifier }) {
  if (!isCore(workspace) || isNodeOnly(path) || isTest(path)) return undefined
  return `'${specifier}' needs Node: outside src/node/, core has to run in a browser`
}

/** @param {Subject} subject */
function packageProblem({ workspace, path, specifier, typeOnly, packages }) {
  const name = packageName(specifier)
  const { manifest } = workspace
  if (specifier === `${SCOPE}core` && !typeOnly && !isTest(path) && thrifty.has(manifest.name))
    return `'${specifier}' loads all of core: import types, and values from ${SCOPE}core/errors or ${SCOPE}core/wasm`
  if (name === manifest.name) return `'${specifier}' is this very package: import the file itself`
  if (name.startsWith(SCOPE)) {
    const problem = scopeProblem(workspace, path, name) ?? subpathProblem(specifier, packages.get(name))
    if (problem) return problem
  }
  if (isTest(path) && (name === 'vitest' || name in (manifest.devDependencies ?? {}))) return undefined
  if (isDependency(manifest, name)) return undefined
  return `'${name}' is not among the dependencies of ${manifest.name}: declare it in its package.json`
}

/**
 * @param {Workspace} workspace
 * @param {string} path
 * @param {string} name
 */
function scopeProblem(workspace, path, name) {
  if (isTest(path)) return undefined
  if (isCore(workspace)) return `core imports no other package, not even '${name}'`
  if (workspace.manifest.name.startsWith(`${SCOPE}backend-`) && name !== `${SCOPE}core`)
    return `'${name}': a backend imports ${SCOPE}core and no other package of ours`
  return undefined
}

/**
 * @param {string} specifier
 * @param {Manifest | undefined} target
 */
function subpathProblem(specifier, target) {
  if (!target) return `'${specifier}' is no package of this repository`
  const subpath = `.${specifier.slice(target.name.length)}`
  if (subpath in (target.exports ?? {})) return undefined
  return `'${specifier}' is not public: ${target.name} exports ${Object.keys(target.exports ?? {}).join(', ') || 'nothing'}`
}

/**
 * @param {Manifest} manifest
 * @param {string} name
 */
function isDependency({ dependencies, optionalDependencies, peerDependencies }, name) {
  return [dependencies, optionalDependencies, peerDependencies].some((group) => group && name in group)
}

/** @param {Workspace} workspace */
function isCore({ manifest }) {
  return manifest.name === `${SCOPE}core`
}

/** @param {string} specifier */
function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
