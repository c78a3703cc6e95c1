import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isLockstepError, LockstepError } from '@lockstep/core'
import { showBytes } from '../run/bytes.ts'
import { compileBinding } from './compile-binding.ts'
import { findCompiler } from './compiler.ts'
import type { InstallOptions } from './install.ts'
import { isTensorflowFolder, takeFromFolder, takeFromWheel } from './libraries.ts'
import { copyPackages, hasPackages, installPackages, npmSpecs } from './npm-packages.ts'
import { findPip } from './pip.ts'
import { downloadsFolder, type Variant, versions } from './variant.ts'
import { deleteDownloads, downloadWheel, findWheel, wheelBytes } from './wheel.ts'

/** Fills a folder with the libraries of a TensorFlow wheel and a binding that is compiled for them. */
export async function installFromWheel(folder: string, variant: Variant, options: InstallOptions): Promise<void> {
  checkPlatform()
  const { steps, signal } = options
  // What would stop the work late is looked for first.
  const compiler = await findCompiler(signal)
  if (options.from !== undefined) await checkFrom(options.from, variant)
  else await checkDownload(variant, options)
  await takePackages(folder, variant, options)
  const include = await takeLibraries(folder, variant, options)
  await steps.run(`The binding, compiled by ${compiler}`, () =>
    compileBinding(folder, variant, { compiler, include, signal }),
  )
  await rm(join(folder, 'build'), { recursive: true, force: true })
}

function checkPlatform(): void {
  if (process.platform === 'linux') return
  throw new LockstepError(
    'unsupported',
    { feature: "TensorFlow's wheel", by: process.platform },
    `setup builds on TensorFlow's wheel on linux only, this is ${process.platform}; use --source installer, or the engine wasm, which needs no setup`,
  )
}

async function takePackages(folder: string, variant: Variant, { steps, from, signal }: InstallOptions): Promise<void> {
  const name = `${variant.npmPackage} ${versions.tfjs}`
  if (from === undefined) await steps.run(`${name} from npm`, () => installPackages(folder, variant, signal))
  else await steps.run(`${name} from ${from}`, () => copyPackages(from, folder))
}

/** Puts the libraries in place and returns where the headers are. */
async function takeLibraries(folder: string, variant: Variant, options: InstallOptions): Promise<string> {
  const { steps, from, signal } = options
  if (from !== undefined && (await isTensorflowFolder(join(from, 'tensorflow')))) {
    await steps.run(`TensorFlow from ${join(from, 'tensorflow')}`, () =>
      takeFromFolder(join(from, 'tensorflow'), folder),
    )
    return join(from, 'tensorflow', 'include')
  }
  const wheel = await takeWheel(variant, options)
  const include = join(folder, 'build', 'include')
  try {
    await steps.run(`TensorFlow ${versions.tensorflow}, unpacked`, (note) =>
      takeFromWheel(wheel, folder, include, { note, signal }),
    )
  } catch (error) {
    // A damaged download must not meet the next run.
    if (from === undefined && isLockstepError(error) && error.code === 'invalid-data') await deleteDownloads()
    throw error
  }
  return include
}

async function takeWheel(variant: Variant, { steps, from, python, signal }: InstallOptions): Promise<string> {
  const found = from === undefined ? undefined : await findWheel(from, variant)
  if (found !== undefined) return found
  const title = `${variant.distribution} ${versions.tensorflow} through pip`
  let size = 0
  return steps.run(
    title,
    async (note) => {
      const wheel = await downloadWheel(variant, { python, signal, note })
      size = await wheelBytes(wheel)
      return wheel
    },
    () => `${title}, ${showBytes(size)}`,
  )
}

async function checkDownload(variant: Variant, { python, signal }: InstallOptions): Promise<void> {
  if ((await findWheel(downloadsFolder(), variant)) === undefined) await findPip(python, signal)
}

/** Throws `unavailable` for a folder that lacks something, with the commands that fill it. */
async function checkFrom(from: string, variant: Variant): Promise<void> {
  const library = (await isTensorflowFolder(join(from, 'tensorflow'))) || (await findWheel(from, variant)) !== undefined
  const packages = await hasPackages(from, variant)
  if (library && packages) return
  const missing = [
    packages ? [] : [`node_modules/${variant.npmPackage}`],
    library ? [] : [`a ${variant.distribution} ${versions.tensorflow} wheel or a folder tensorflow`],
  ].flat()
  const remedy = `fill it where there is a network:\n${fillCommands(from, variant).join('\n')}`
  throw new LockstepError(
    'unavailable',
    { what: missing.join(' and '), remedy },
    `${from} does not hold ${missing.join(' and ')}; ${remedy}`,
  )
}

/** The commands that fill a folder for `--from`. */
export function fillCommands(from: string, variant: Variant): readonly string[] {
  return [
    `npm install --ignore-scripts --prefix ${from} ${npmSpecs(variant).join(' ')}`,
    `pip download --no-deps --dest ${from} ${variant.distribution}==${versions.tensorflow}`,
  ]
}
