import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isLockstepError, LockstepError } from '@lockstep/core/errors'
import { folderBytes, showBytes } from '../run/bytes.ts'
import { stagingPrefix, sweepStaging } from '../run/staging.ts'
import type { Steps } from '../run/steps.ts'
import { manifestName, readCudaManifest, writeCudaManifest } from './cuda-manifest.ts'
import { cudaDownloads, cudaFolder } from './cuda-parts.ts'
import { fillCuda } from './fill-cuda.ts'
import { loadLibraries } from './load-libraries.ts'
import { onnxRuntimeVersion } from './onnx-runtime.ts'
import { installedLibraries } from './place-part.ts'

/** How CUDA is installed. */
export interface CudaOptions {
  /** A folder with every wheel. */
  readonly from?: string | undefined
  /** The Python whose pip downloads, and whose PyTorch may have the libraries. */
  readonly python?: string | undefined
  readonly steps: Steps
  readonly signal?: AbortSignal | undefined
}

/** Makes ONNX Runtime's CUDA provider, and what it needs, available to every project of this user. */
export async function installCuda(options: CudaOptions): Promise<void> {
  checkPlatform()
  const version = onnxRuntimeVersion()
  const target = cudaFolder()
  if (await isComplete(target, version, options)) return
  await mkdir(target, { recursive: true })
  await sweepStaging(target)
  const folder = await mkdtemp(join(target, `${stagingPrefix}${hostname()}-${process.pid}-`))
  try {
    const { cuda, origins } = await fillCuda(folder, version, options)
    const bytes = await folderBytes(folder)
    const manifest = { onnxruntime: version, cuda, origins, bytes, installed: new Date().toISOString() }
    await writeCudaManifest(folder, manifest)
    await putInPlace(folder, target)
    options.steps.say(`CUDA ${cuda} is there for ONNX Runtime ${version}: ${target} (${showBytes(bytes)})`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  await rm(cudaDownloads(), { recursive: true, force: true })
}

function checkPlatform(): void {
  const platform = `${process.platform}-${process.arch}`
  if (platform === 'linux-x64' || platform === 'linux-arm64') return
  throw new LockstepError(
    'unsupported',
    { feature: 'CUDA', by: platform },
    `CUDA for ONNX Runtime is set up on linux only, this is ${platform}; the device webgpu:0 needs no setup`,
  )
}

/** What was there goes first, and the manifest comes last: a folder with one is whole. */
async function putInPlace(folder: string, target: string): Promise<void> {
  await rm(join(target, manifestName), { force: true })
  // Also the links that the backend made to what was there; it makes them again.
  const old = (await readdir(target)).filter((name) => name !== 'downloads' && !name.startsWith(stagingPrefix))
  for (const name of old) await rm(join(target, name), { recursive: true, force: true })
  const fresh = (await readdir(folder)).filter((name) => name !== manifestName)
  for (const name of [...fresh, manifestName]) await rename(join(folder, name), join(target, name))
}

async function isComplete(target: string, version: string, { steps, signal }: CudaOptions): Promise<boolean> {
  const manifest = await readCudaManifest(target)
  if (manifest === undefined) return false
  if (manifest.onnxruntime !== version) {
    steps.say(`${target} is for ONNX Runtime ${manifest.onnxruntime}, and ${version} is installed; it is replaced`)
    return false
  }
  try {
    const failures = await loadLibraries(await installedLibraries(target, manifest.cuda), signal)
    const [file, reason] = Object.entries(failures)[0] ?? []
    if (file !== undefined) throw new Error(`${file}: ${reason}`)
    const size = showBytes(manifest.bytes)
    steps.say(`CUDA ${manifest.cuda} is there already for ONNX Runtime ${version}: ${target} (${size})`)
    return true
  } catch (error) {
    signal?.throwIfAborted()
    if (isLockstepError(error) && error.code === 'engine-failure') throw error
    steps.say(`What is installed does not load and is replaced: ${error instanceof Error ? error.message : error}`)
    return false
  }
}
