import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Node 20 knows no TypeScript: this hook compiles each file with what vitest brings along. */
const hooks = `
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
let vite
export async function initialize(url) { vite = import(url) }
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const path = fileURLToPath(url)
  const { code } = await (await vite).transformWithOxc(await readFile(path, 'utf8'), path)
  return { format: 'module', source: code, shortCircuit: true }
}`

function viteUrl(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'))
  return pathToFileURL(join(dirname(require.resolve('vite/package.json')), 'dist/node/index.js')).href
}

const asUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`

/** What Node needs to run TypeScript modules, in worker threads too. */
export function sourceArguments(): string[] {
  const register = `import { register } from 'node:module'
register(${JSON.stringify(asUrl(hooks))}, { data: ${JSON.stringify(viteUrl())} })`
  return ['--import', asUrl(register)]
}

/** Runs a TypeScript module as a process of its own, with a channel for messages; nothing has to be built. */
export function forkSource(module: URL, environment: Readonly<Record<string, string>> = {}): ChildProcess {
  return fork(fileURLToPath(module), [], {
    execArgv: sourceArguments(),
    serialization: 'advanced',
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}
