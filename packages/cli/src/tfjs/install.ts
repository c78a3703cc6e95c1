import { LockstepError } from '@lockstep/core'
import { folderBytes, showBytes } from '../run/bytes.ts'
import type { Steps } from '../run/steps.ts'
import { installFromInstaller } from './from-installer.ts'
import { installFromWheel } from './from-wheel.ts'
import { installerReachable } from './installer.ts'
import { type Manifest, readManifest, writeManifest } from './manifest.ts'
import { replaceFolder } from './staging.ts'
import { type Variant, variantFolder, versions } from './variant.ts'
import { verify } from './verify.ts'
import { deleteDownloads } from './wheel.ts'

/** Where the library comes from: a wheel, the package's own installer, or the first of these that works. */
export type Source = 'auto' | 'installer' | 'wheel'

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
  const source = await chooseSource(options)
  const manifest = await replaceFolder(target, async (folder) => {
    if (source === 'installer') await installFromInstaller(folder, variant, options)
    else await installFromWheel(folder, variant, options)
    const { tensorflow } = await steps.run(
      'A product of matrices in the new engine',
      () => verify(folder, variant, options.signal),
      (found) => `A product of matrices in the new engine: right, by TensorFlow ${found.tensorflow}`,
    )
    return describe(folder, tensorflow, source)
  })
  await deleteDownloads()
  steps.say(
    `TensorFlow ${manifest.tensorflow} is ready for tfjs-node ${manifest.tfjs}: ${target} (${showBytes(manifest.bytes)})`,
  )
}

async function worksAlready(target: string, variant: Variant, { steps, signal }: InstallOptions): Promise<boolean> {
  const manifest = await readManifest(target)
  if (manifest === undefined) return false
  if (manifest.tfjs !== versions.tfjs) {
    steps.say(`${target} holds tfjs-node ${manifest.tfjs}; it is replaced by ${versions.tfjs}`)
    return false
  }
  try {
    const { tensorflow } = await verify(target, variant, signal)
    const size = showBytes(manifest.bytes)
    steps.say(`TensorFlow ${tensorflow} is installed already and works: ${target} (${size}); --remove deletes it`)
    return true
  } catch (error) {
    signal?.throwIfAborted()
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    steps.say(`What is installed does not work and is replaced: ${reason}`)
    return false
  }
}

async function chooseSource({ source, from, signal, steps }: InstallOptions): Promise<'installer' | 'wheel'> {
  if (from !== undefined && source === 'installer')
    throw new LockstepError(
      'invalid-argument',
      { argument: 'from' },
      '--from and --source installer exclude each other: the installer downloads; leave out one of them',
    )
  if (from !== undefined) return 'wheel'
  if (source !== 'auto') return source
  const reachable = await steps.run(
    "The download of tfjs-node's own installer",
    () => installerReachable(signal),
    (answers) =>
      `The download of tfjs-node's own installer ${answers ? 'answers' : 'does not answer: a wheel is taken'}`,
  )
  return reachable ? 'installer' : 'wheel'
}

async function describe(folder: string, tensorflow: string, source: 'installer' | 'wheel'): Promise<Manifest> {
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
