import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'

/**
 * @typedef {import('./snippets.mjs').Snippet} Snippet
 * @typedef {{ page: string, snippet: Snippet, name: string }} Program `name` is its file's, without the suffix
 */

const TIMEOUT_MS = 120_000

const CONFIG = {
  extends: '../tsconfig.base.json',
  compilerOptions: {
    rootDir: '.',
    outDir: 'out',
    noEmitOnError: false,
    isolatedDeclarations: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    inlineSources: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ['*.ts'],
}

/**
 * Compiles the programs together. They lie inside the repository so that `@lockstep/…` resolves as it does for a user.
 *
 * @param {string} folder emptied first
 * @param {Program[]} programs
 * @returns {string[]} problems, each naming the page and line it is about
 */
export function compile(folder, programs) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG))
  for (const { name, snippet } of programs) writeFileSync(join(folder, `${name}.ts`), snippet.code)
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status === 0) return []
  const problems = `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '')
  return problems.map((line) => locate(line, programs))
}

/**
 * Runs one compiled program in a folder of its own.
 *
 * @param {string} folder the one `compile` filled
 * @param {Program} program
 * @returns {string | undefined} what went wrong, with the program's output
 */
export function run(folder, { page, snippet, name }) {
  const cwd = join(folder, 'run', name)
  mkdirSync(cwd, { recursive: true })
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'out', `${name}.js`)], {
    cwd,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  if (status === 0) return undefined
  const how = signal ? `was ended by ${signal} (limit ${TIMEOUT_MS / 1000} s)` : `exited with ${status}`
  return `${page}:${snippet.lines[0] ?? 0}: the block ${how}\n${stdout}${stderr}`
}

/**
 * @param {string} line of the compiler's output, `file.ts(line,column): message`
 * @param {Program[]} programs
 */
function locate(line, programs) {
  const match = /^(\S+)\.ts\((\d+),(\d+)\): (.*)$/.exec(line)
  const program = programs.find(({ name }) => name === match?.[1])
  if (!match || !program) return line
  return `${program.page}:${program.snippet.lines[Number(match[2]) - 1] ?? '?'}:${match[3]}: ${match[4]}`
}
