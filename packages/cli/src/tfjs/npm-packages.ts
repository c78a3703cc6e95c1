import { cp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { LockstepError } from '@lockstep/core/errors'
import { lastLines, type RunOptions, type RunResult, runProgram } from '../run/run-program.ts'
import { type Variant, versions } from './variant.ts'

/** What is installed from npm for a variant, as arguments of `npm install`. */
export function npmSpecs({ npmPackage }: Variant): readonly string[] {
  return [`${npmPackage}@${versions.tfjs}`, `node-api-headers@${versions.nodeApiHeaders}`]
}

/** Runs npm: the one this process was started by, else the one on the PATH. */
export function runNpm(args: readonly string[], options: RunOptions): Promise<RunResult> {
  const started = process.env['npm_execpath'] ?? ''
  const own = basename(started) === 'npm-cli.js'
  // What `npm run` and `npx` say of the project they run in must not reach an installation elsewhere.
  const env = { ...options.env, npm_config_local_prefix: undefined, npm_config_workspace: undefined }
  const [program, ...first] = own ? [process.execPath, started] : ['npm']
  return runProgram(program ?? 'npm', [...first, ...args], { ...options, env })
}

/** Installs the packages of a variant into an npm prefix, without running their scripts. */
export async function installPackages(prefix: string, variant: Variant, signal?: AbortSignal): Promise<void> {
  await writeFile(join(prefix, 'package.json'), `${JSON.stringify({ name: 'lockstep-engine', private: true })}\n`)
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--save-exact']
  const args = ['install', ...flags, '--prefix', prefix, ...npmSpecs(variant)]
  const result = await runNpm(args, { cwd: prefix, signal })
  if (!result.ok) throw notInstalled(variant, result)
  await deleteSourceMaps(prefix)
}

/** Takes the packages from the `node_modules` of another npm prefix. */
export async function copyPackages(from: string, prefix: string): Promise<void> {
  await cp(join(from, 'node_modules'), join(prefix, 'node_modules'), { recursive: true, verbatimSymlinks: true })
  await deleteSourceMaps(prefix)
}

/** Whether a folder is an npm prefix that holds a variant's packages. */
export async function hasPackages(folder: string, { npmPackage }: Variant): Promise<boolean> {
  const found = [npmPackage, 'node-api-headers'].map((name) => stat(join(folder, 'node_modules', name, 'package.json')))
  return (await Promise.allSettled(found)).every(({ status }) => status === 'fulfilled')
}

/** Nearly two thirds of the packages' size; nothing reads them. */
async function deleteSourceMaps(prefix: string): Promise<void> {
  const paths = await readdir(join(prefix, 'node_modules'), { recursive: true })
  const maps = paths.filter((path) => path.endsWith('.js.map'))
  await Promise.all(maps.map((path) => rm(join(prefix, 'node_modules', path), { force: true })))
}

function notInstalled(variant: Variant, result: RunResult): LockstepError {
  const remedy = 'check the connection to the npm registry, or use `lockstep setup tfjs --from DIR`'
  return new LockstepError(
    'unavailable',
    { what: npmSpecs(variant).join(' '), remedy },
    `npm could not install ${npmSpecs(variant).join(' ')} (npm: ${result.problem}); ${remedy}\n${lastLines(result)}`,
  )
}
