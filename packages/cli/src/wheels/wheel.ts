import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isLockstepError, LockstepError } from '@lockstep/core/errors'
import { folderBytes, showBytes, showShare } from '../run/bytes.ts'
import { lastLines, type RunResult, runProgram } from '../run/run-program.ts'
import type { Steps } from '../run/steps.ts'
import { findPip } from './pip.ts'

/** What pip is asked for. The libraries inside are the same for every Python, so that the one on the machine is no matter. */
const anyPython = ['--python-version', '3.12', '--implementation', 'cp', '--abi', 'cp312']

/** A Python distribution of one version. */
export interface Wheel {
  readonly distribution: string
  readonly version: string
}

/** Where wheels come from and go to. */
export interface WheelOptions {
  /** Where downloads lie until they are deleted. */
  readonly folder: string
  readonly python?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** The command to run again, for messages: `lockstep setup tfjs`. */
  readonly command: string
}

/** The wheel's file in a folder: `tensorflow_cpu-2.21.0-….whl`. */
export async function findWheel(folder: string, { distribution, version }: Wheel): Promise<string | undefined> {
  const start = `${distribution.replaceAll('-', '_')}-${version}-`
  const names = await readdir(folder).catch(() => [])
  const name = names.find((name) => name.startsWith(start) && name.endsWith('.whl'))
  return name === undefined ? undefined : join(folder, name)
}

/** `downloadWheel` as a step with its size; `from`, where it is given, is a folder that holds the wheel. */
export async function takeWheel(
  wheel: Wheel,
  { steps, from, ...options }: WheelOptions & { readonly steps: Steps; readonly from?: string | undefined },
): Promise<string> {
  const found = from === undefined ? undefined : await findWheel(from, wheel)
  if (found !== undefined) return found
  if (from !== undefined) throw notThere(wheel, from)
  const title = `${wheel.distribution} ${wheel.version} through pip`
  let size = 0
  return steps.run(
    title,
    async (note) => {
      const path = await downloadWheel(wheel, { ...options, note })
      size = (await stat(path)).size
      return path
    },
    () => `${title}, ${showBytes(size)}`,
  )
}

/**
 * The path of a wheel: one that an earlier run left, or pip's download, which checks it against the hash in the package
 * index. It stays until somebody deletes it.
 */
export async function downloadWheel(
  wheel: Wheel,
  { folder, python, signal, note, command }: WheelOptions & { readonly note: (text: string) => void },
): Promise<string> {
  const kept = await findWheel(folder, wheel)
  if (kept !== undefined) return kept
  const [program, ...first] = await findPip(python, signal)
  const temporary = join(folder, 'in-progress')
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary, { recursive: true })
  const requirement = `${wheel.distribution}==${wheel.version}`
  const flags = [
    '--no-deps',
    '--only-binary=:all:',
    '--no-input',
    '--disable-pip-version-check',
    '--progress-bar',
    'off',
  ]
  const args = [...first, 'download', ...flags, ...anyPython, '--dest', folder, requirement]
  const watch = watchDownload(temporary, note)
  try {
    // pip downloads below TMPDIR and moves what is whole and right.
    const result = await runProgram(program, args, { signal, env: { TMPDIR: temporary }, onOutput: watch.read })
    const path = await findWheel(folder, wheel)
    if (!result.ok || path === undefined) {
      throw notDownloaded({ requirement, line: [program, ...args].join(' '), command, result })
    }
    return path
  } finally {
    watch.stop()
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Deletes a download that turns out to be damaged, so that it does not meet the next run. */
export async function unlessDamaged(wheel: string, downloaded: boolean, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (downloaded && isLockstepError(error) && error.code === 'invalid-data') await rm(wheel, { force: true })
    throw error
  }
}

/** pip tells the size once and then nothing, so that progress is read off the disk. */
function watchDownload(folder: string, note: (text: string) => void): { read(text: string): void; stop(): void } {
  let total = 0
  const timer = setInterval(async () => {
    const bytes = await folderBytes(folder)
    if (bytes > 0) note(total > 0 ? showShare(bytes, total) : showBytes(bytes))
  }, 500)
  const read = (text: string): void => {
    const size = /\((\d+(?:\.\d+)?) MB\)/.exec(text)?.[1]
    if (size !== undefined) total = Number(size) * 1e6
  }
  return { read, stop: () => clearInterval(timer) }
}

function notThere({ distribution, version }: Wheel, from: string): LockstepError {
  const remedy = `pip download --no-deps --dest ${from} ${distribution}==${version}`
  return new LockstepError(
    'unavailable',
    { what: `${distribution} ${version}`, remedy },
    `${from} does not hold a wheel of ${distribution} ${version}; fill it where there is a network: ${remedy}`,
  )
}

interface Failed {
  readonly requirement: string
  readonly line: string
  readonly command: string
  readonly result: RunResult
}

function notDownloaded({ requirement, line, command, result }: Failed): LockstepError {
  const remedy = `check the connection to the package index, or use \`${command} --from DIR\``
  return new LockstepError(
    'unavailable',
    { what: requirement, remedy },
    `pip could not download ${requirement} (${result.problem || 'no wheel came'}); ${remedy}\n${line}\n${lastLines(result)}`,
  )
}
