import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

interface Bundle {
  write(options: object): Promise<unknown>
}

/** The bundler that vitest brings along; Node 20 does not run TypeScript. */
async function bundler(): Promise<(options: object) => Promise<Bundle>> {
  const vitest = createRequire(import.meta.url).resolve('vitest/package.json')
  const vite = createRequire(vitest).resolve('vite/package.json')
  const rolldown = createRequire(vite).resolve('rolldown/package.json')
  const url = pathToFileURL(join(dirname(rolldown), 'dist/index.mjs')).href
  return ((await import(/* @vite-ignore */ url)) as { rolldown: (options: object) => Promise<Bundle> }).rolldown
}

/** Compiles a TypeScript module and all it imports to one program, and returns the path. */
export async function compileSource(module: URL): Promise<string> {
  const input = fileURLToPath(module)
  const file = fileURLToPath(
    new URL(`../../node_modules/.programs/${process.pid}/${basename(input, '.ts')}.mjs`, import.meta.url),
  )
  const bundle = await (await bundler())({
    input,
    platform: 'node',
    external: ['koffi'],
    resolve: { conditionNames: ['@lockstep/source', 'node', 'import', 'default'] },
    transform: { target: 'node20' },
    logLevel: 'silent',
  })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  return file
}

/** Runs a compiled program as a process of its own, with a channel for messages. */
export function forkProgram(path: string, ...args: readonly string[]): ChildProcess {
  return fork(path, args, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}
