import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { LockstepError } from '@lockstep/core/errors'
import { findPip } from '../wheels/pip.ts'
import { unpackLibraries } from '../wheels/unpack-libraries.ts'
import { findWheel, takeWheel, unlessDamaged, type Wheel } from '../wheels/wheel.ts'
import { type CudaPart, cudaDownloads, cudaParts, fillCommands, providerWheel } from './cuda-parts.ts'
import { folderOf, libraryFolders, systemParts } from './find-part.ts'
import type { CudaOptions } from './install-cuda.ts'
import { loadLibraries } from './load-libraries.ts'
import { installedLibraries, linkLibraries } from './place-part.ts'

const providers = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']

/** What an installation was made of. */
export interface Filled {
  /** CUDA's major version. */
  readonly cuda: string
  /** Where each part came from, by distribution. */
  readonly origins: Readonly<Record<string, string>>
}

/** Fills a new folder with the provider of that version and everything it needs, and loads it. */
export async function fillCuda(folder: string, version: string, options: CudaOptions): Promise<Filled> {
  const { steps, from, python, signal } = options
  const provider = providerWheel(version)
  if (from !== undefined) await checkFrom(from, provider, version)
  else if ((await findWheel(cudaDownloads(), provider)) === undefined) await findPip(python, signal)
  await unpackStep(provider, folder, options)
  const cuda = await cudaOf(folder, provider)
  const origins: Record<string, string> = {}
  const folders = await libraryFolders(python, signal)
  const system = await systemParts(cudaParts(cuda), signal)
  for (const part of cudaParts(cuda)) {
    const { distribution } = part
    origins[distribution] = system.has(distribution) ? 'system' : await placePart(part, folder, folders, options)
    steps.say(`- ${distribution}: ${origins[distribution]}`)
  }
  const libraries = await installedLibraries(folder, cuda)
  const files = [...libraries, ...providers.map((name) => join(folder, 'onnxruntime', 'capi', name))]
  const title = `Loading ${files.length} libraries`
  await steps.run(title, async () => check(await loadLibraries(files, signal)))
  return { cuda, origins }
}

/** Puts a part in place and says where it came from. */
async function placePart(
  part: CudaPart,
  folder: string,
  folders: readonly string[],
  options: CudaOptions,
): Promise<string> {
  const found = await folderOf(part, folders, options.signal)
  if (found === undefined) {
    await unpackStep(part, folder, options)
    return part.version
  }
  await linkLibraries(part, found, folder)
  return found
}

async function unpackStep(wheel: Wheel, folder: string, options: CudaOptions): Promise<void> {
  const { steps, from, python, signal } = options
  const path = await takeWheel(wheel, { steps, from, python, signal, folder: cudaDownloads(), command })
  const wanted = (name: string): boolean => !name.startsWith('onnxruntime/') || providers.includes(basename(name))
  await steps.run(`${wheel.distribution} ${wheel.version}, unpacked`, (note) =>
    unlessDamaged(path, from === undefined, () => unpackLibraries(path, folder, { wanted, note, signal })),
  )
}

const command = 'lockstep setup cuda'

/** CUDA's major version that the provider was built for, by what its wheel asks for. */
async function cudaOf(folder: string, { distribution, version }: Wheel): Promise<string> {
  const metadata = join(folder, `${distribution.replaceAll('-', '_')}-${version}.dist-info`, 'METADATA')
  const text = await readFile(metadata, 'utf8').catch(() => '')
  const major = /^Requires-Dist: nvidia-cudnn-cu(\d+)\b/m.exec(text)?.[1]
  if (major !== undefined) return major
  throw new LockstepError(
    'invalid-data',
    { source: metadata },
    `${metadata} does not say which CUDA it wants; expected a requirement of nvidia-cudnn-cu…`,
  )
}

async function checkFrom(from: string, wheel: Wheel, version: string): Promise<void> {
  if ((await findWheel(from, wheel)) !== undefined) return
  const name = `a wheel of ${wheel.distribution} ${version}`
  const remedy = `fill it where there is a network:\n${fillCommands(from, version).join('\n')}`
  throw new LockstepError('unavailable', { what: name, remedy }, `${from} does not hold ${name}; ${remedy}`)
}

function check(failures: Readonly<Record<string, string>>): void {
  const [first] = Object.entries(failures)
  if (first === undefined) return
  const [file, reason] = first
  throw new LockstepError(
    'unavailable',
    { what: file, remedy: command },
    `${file} does not load (${reason}); expected everything that ONNX Runtime's CUDA provider needs. Run ${command} again where there is a network.`,
  )
}
