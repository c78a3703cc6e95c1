import { access, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runProgram } from '../run/run-program.ts'
import type { CudaPart } from './cuda-parts.ts'
import { loadLibraries } from './load-libraries.ts'

/** Those of some parts that the system's loader finds by their names, by distribution. */
export async function systemParts(parts: readonly CudaPart[], signal?: AbortSignal): Promise<ReadonlySet<string>> {
  const failures = await loadLibraries(
    parts.flatMap(({ libraries }) => libraries),
    signal,
  )
  const found = parts.filter(({ libraries }) => libraries.every((name) => failures[name] === undefined))
  return new Set(found.map(({ distribution }) => distribution))
}

/** The first of some folders that holds all libraries of a part, in a state that loads. */
export async function folderOf(
  { libraries }: CudaPart,
  folders: readonly string[],
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const folder of folders) {
    const files = libraries.map((name) => join(folder, name))
    const present = await Promise.allSettled(files.map((file) => access(file)))
    if (present.some(({ status }) => status === 'rejected')) continue
    if (Object.keys(await loadLibraries(files, signal)).length === 0) return folder
  }
  return undefined
}

/**
 * Folders that may hold NVIDIA's libraries: of a PyTorch in the Python given or the one on the PATH (its own, and those
 * of the wheels that it is published with), and of CUDA toolkits.
 */
export async function libraryFolders(python?: string, signal?: AbortSignal): Promise<readonly string[]> {
  const packages = await pythonPackages(python, signal)
  const lists = await Promise.all(
    packages.map(async (site) => [...(await below(join(site, 'nvidia'), 'lib')), join(site, 'torch', 'lib')]),
  )
  const { CUDA_PATH, CUDA_HOME } = process.env
  const named = [CUDA_PATH, CUDA_HOME].flatMap((folder) => (folder ? [join(folder, 'lib64')] : []))
  const toolkits = (await below('/usr/local', 'lib64')).filter((folder) => /\/cuda[^/]*\/lib64$/.test(folder))
  return [...lists.flat(), ...named, ...toolkits]
}

async function below(folder: string, name: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.sort().map((part) => join(folder, part, name))
}

async function pythonPackages(python: string | undefined, signal?: AbortSignal): Promise<readonly string[]> {
  const script = 'import importlib.util as u; print(u.find_spec("torch").origin)'
  for (const program of python === undefined ? ['python3', 'python'] : [python]) {
    const { ok, stdout } = await runProgram(program, ['-c', script], { signal, timeoutMs: 60_000 })
    if (ok) return [dirname(dirname(stdout.trim()))]
  }
  return []
}
