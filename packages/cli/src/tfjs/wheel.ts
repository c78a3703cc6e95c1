import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LockstepError } from '@lockstep/core'
import { folderBytes, showBytes, showShare } from '../run/bytes.ts'
import { lastLines, type RunResult, runProgram } from '../run/run-program.ts'
import { findPip } from './pip.ts'
import { downloadsFolder, type Variant, versions } from './variant.ts'

/** What pip is asked for. The library inside is the same for every Python, so that the one on the machine is no matter. */
const anyPython = ['--python-version', '3.12', '--implementation', 'cp', '--abi', 'cp312']

/** The wheel of a variant in a folder: `tensorflow_cpu-2.21.0-….whl`. */
export async function findWheel(folder: string, { distribution }: Variant): Promise<string | undefined> {
  const start = `${distribution.replaceAll('-', '_')}-${versions.tensorflow}-`
  const names = await readdir(folder).catch(() => [])
  const name = names.find((name) => name.startsWith(start) && name.endsWith('.whl'))
  return name === undefined ? undefined : join(folder, name)
}

/** How `downloadWheel` is done. */
export interface DownloadOptions {
  readonly python?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Called with how far it is. */
  readonly note: (text: string) => void
}

/**
 * The path of a variant's wheel: one that an earlier run left, or pip's download, which checks it against the hash in
 * the package index. It stays until `deleteDownloads`.
 */
export async function downloadWheel(variant: Variant, { python, signal, note }: DownloadOptions): Promise<string> {
  const folder = downloadsFolder()
  const kept = await findWheel(folder, variant)
  if (kept !== undefined) return kept
  const [program, ...first] = await findPip(python, signal)
  const temporary = join(folder, 'in-progress')
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary, { recursive: true })
  const requirement = `${variant.distribution}==${versions.tensorflow}`
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
    const path = await findWheel(folder, variant)
    if (!result.ok || path === undefined) throw notDownloaded(requirement, [program, ...args].join(' '), result)
    return path
  } finally {
    watch.stop()
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Deletes the downloads. */
export async function deleteDownloads(): Promise<void> {
  await rm(downloadsFolder(), { recursive: true, force: true })
}

/** A wheel's size in bytes. */
export async function wheelBytes(path: string): Promise<number> {
  return (await stat(path)).size
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

function notDownloaded(requirement: string, command: string, result: RunResult): LockstepError {
  const remedy = 'check the connection to the package index, or use `lockstep setup tfjs --from DIR`'
  return new LockstepError(
    'unavailable',
    { what: requirement, remedy },
    `pip could not download ${requirement} (${result.problem || 'no wheel came'}); ${remedy}\n${command}\n${lastLines(result)}`,
  )
}
