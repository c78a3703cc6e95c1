import { LockstepError } from '@lockstep/core/errors'
import { folderBytes, showBytes } from '../run/bytes.ts'
import { replaceFolder } from '../run/staging.ts'
import type { Steps } from '../run/steps.ts'
import { installFromInstaller } from './from-installer.ts'
import { installFromWheel } from './from-wheel.ts'
import { installerReachable } from './installer.ts'
import { type Manifest, readManifest, writeManifest } from './manifest.ts'
import { deleteDownloads, type Variant, variantFolder, versions } from './variant.ts'
import { verify } from './verify.ts'

/** Where the library comes from: a wheel, the package's own installer, or the first of these that works. */
export type Source = 'auto' | 'installer' | 'wheel'

type Origin = Manifest['source']

/** How an engine is installed. */
export interface InstallOptions {
  readonly source: Source
  /** A folder with everything that would be downloaded. */
  readonly from?: string | undefined
  /** The Python whose pip downloads the wheel. */
  readonly python?: string | undefined
  readonly steps: Steps
  readonly signal?: AbortSignal | undefined
}

/** Makes a variant available to every project of this user; does nothing where it works already. */
export async function install(variant: Variant, options: InstallOptions): Promise<void> {
  const { steps } = options
  const target = variantFolder(variant)
  if (await worksAlready(target, variant, options)) return
  const sources = await chooseSources(variant, options)
  const manifest = await firstOf(sources, (source) => make(target, variant, source, options), options)
  await deleteDownloads()
  const size = showBytes(manifest.bytes)
  steps.say(`TensorFlow ${manifest.tensorflow} is ready for tfjs-node ${manifest.tfjs}: ${target} (${size})`)
}

function make(target: string, variant: Variant, source: Origin, options: InstallOptions): Promise<Manifest> {
  const { steps } = options
  return replaceFolder(target, async (folder) => {
    if (source === 'installer') await installFromInstaller(folder, variant, options)
    else await installFromWheel(folder, variant, options)
    const { tensorflow } = await steps.run(
      'A product of matrices in the new engine',
      () => verify(folder, variant, options.signal),
      (found) => `A product of matrices in the new engine: right, by TensorFlow ${found.tensorflow}`,
    )
    return describe(folder, tensorflow, source)
  })
}

/** Tries one source after the other; the error of the last is the caller's. */
async function firstOf<T>(
  sources: readonly Origin[],
  work: (source: Origin) => Promise<T>,
  options: Pick<InstallOptions, 'steps' | 'signal'>,
): Promise<T> {
  const [source = 'wheel', ...others] = sources
  try {
    return await work(source)
  } catch (error) {
    options.signal?.throwIfAborted()
    if (others.length === 0) throw error
    options.steps.say(`That did not work (${firstLine(error)}); on with the ${others[0]}`)
    return firstOf(others, work, options)
  }
}

async function worksAlready(target: string, variant: Variant, options: InstallOptions): Promise<boolean> {
  const { steps, signal } = options
  const manifest = await readManifest(target)
  if (manifest === undefined) return false
  if (!isWanted(manifest, options)) {
    const { tfjs, tensorflow, source } = manifest
    steps.say(`${target} holds tfjs-node ${tfjs} with TensorFlow ${tensorflow} (${source}); it is replaced`)
    return false
  }
  try {
    const { tensorflow } = await verify(target, variant, signal)
    const size = showBytes(manifest.bytes)
    steps.say(`TensorFlow ${tensorflow} is installed already and works: ${target} (${size}); --remove deletes it`)
    return true
  } catch (error) {
    signal?.throwIfAborted()
    steps.say(`What is installed does not work and is replaced: ${firstLine(error)}`)
    return false
  }
}

/** Whether an installation is of this release and from where the user wants it. */
function isWanted({ tfjs, tensorflow, source }: Manifest, { source: wanted }: InstallOptions): boolean {
  if (tfjs !== versions.tfjs || (wanted !== 'auto' && source !== wanted)) return false
  return source === 'installer' || tensorflow === versions.tensorflow
}

async function chooseSources(
  { nvidia }: Variant,
  { source, from, signal, steps }: InstallOptions,
): Promise<readonly Origin[]> {
  // The installer's GPU library is of CUDA 11.2, which no present GPU runs on.
  if (nvidia.length > 0 && source === 'installer')
    throw new LockstepError(
      'invalid-argument',
      { argument: 'source' },
      '--gpu and --source installer exclude each other: the installer brings CUDA 11.2; leave out one of them',
    )
  if (nvidia.length > 0) return ['wheel']
  if (from !== undefined && source === 'installer')
    throw new LockstepError(
      'invalid-argument',
      { argument: 'from' },
      '--from and --source installer exclude each other: the installer downloads; leave out one of them',
    )
  if (from !== undefined) return ['wheel']
  if (source !== 'auto') return [source]
  const reachable = await steps.run(
    "The download of tfjs-node's own installer",
    () => installerReachable(signal),
    (answers) =>
      `The download of tfjs-node's own installer ${answers ? 'answers' : 'does not answer: a wheel is taken'}`,
  )
  return reachable ? ['installer', 'wheel'] : ['wheel']
}

async function describe(folder: string, tensorflow: string, source: Origin): Promise<Manifest> {
  const manifest: Manifest = {
    tfjs: versions.tfjs,
    tensorflow,
    source,
    platform: `${process.platform}-${process.arch}`,
    bytes: await folderBytes(folder),
    installed: new Date().toISOString(),
  }
  await writeManifest(folder, manifest)
  return manifest
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0] ?? text
}
