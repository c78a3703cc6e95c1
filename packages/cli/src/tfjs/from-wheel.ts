import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LockstepError } from '@lockstep/core/errors'
import { findPip } from '../wheels/pip.ts'
import { unpackLibraries } from '../wheels/unpack-libraries.ts'
import { findWheel, takeWheel, unlessDamaged, type Wheel } from '../wheels/wheel.ts'
import { compileBinding } from './compile-binding.ts'
import { findCompiler } from './compiler.ts'
import type { InstallOptions } from './install.ts'
import { isTensorflowFolder, takeFromFolder, takeFromWheel } from './libraries.ts'
import { copyPackages, hasPackages, installPackages, npmSpecs } from './npm-packages.ts'
import { downloadsFolder, librariesFolder, setupOf, tensorflowWheel, type Variant, versions } from './variant.ts'

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
  for (const wheel of variant.nvidia) await takeNvidia(wheel, folder, variant, options)
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
  const wheel = tensorflowWheel(variant)
  const path = await takeWheel(wheel, wheelOptions(variant, options))
  const include = join(folder, 'build', 'include')
  await steps.run(`TensorFlow ${versions.tensorflow}, unpacked`, (note) =>
    unlessDamaged(path, from === undefined, () => takeFromWheel(path, folder, include, { note, signal })),
  )
  return include
}

/** Unpacks one of NVIDIA's wheels where the libraries of TensorFlow look for it. */
async function takeNvidia(wheel: Wheel, folder: string, variant: Variant, options: InstallOptions): Promise<void> {
  const { steps, from, signal } = options
  const path = await takeWheel(wheel, wheelOptions(variant, options))
  const site = dirname(librariesFolder(folder))
  await steps.run(`${wheel.distribution} ${wheel.version}, unpacked`, (note) =>
    unlessDamaged(path, from === undefined, () => unpackLibraries(path, site, { note, signal })),
  )
}

function wheelOptions(
  variant: Variant,
  { steps, from, python, signal }: InstallOptions,
): Parameters<typeof takeWheel>[1] {
  return { steps, from, python, signal, folder: downloadsFolder(), command: setupOf(variant) }
}

async function checkDownload(variant: Variant, { python, signal }: InstallOptions): Promise<void> {
  if ((await findWheel(downloadsFolder(), tensorflowWheel(variant))) === undefined) await findPip(python, signal)
}

/** Throws `unavailable` for a folder that lacks something, with the commands that fill it. */
async function checkFrom(from: string, variant: Variant): Promise<void> {
  const library =
    (await isTensorflowFolder(join(from, 'tensorflow'))) ||
    (await findWheel(from, tensorflowWheel(variant))) !== undefined
  const packages = await hasPackages(from, variant)
  const found = await Promise.all(variant.nvidia.map((wheel) => findWheel(from, wheel)))
  const missing = [
    packages ? [] : [`node_modules/${variant.npmPackage}`],
    library ? [] : [`a ${variant.distribution} ${versions.tensorflow} wheel or a folder tensorflow`],
    variant.nvidia.flatMap((wheel, index) =>
      found[index] === undefined ? [`a ${wheel.distribution} ${wheel.version} wheel`] : [],
    ),
  ].flat()
  if (missing.length === 0) return
  const remedy = `fill it where there is a network:\n${fillCommands(from, variant).join('\n')}`
  throw new LockstepError(
    'unavailable',
    { what: missing.join(' and '), remedy },
    `${from} does not hold ${missing.join(' and ')}; ${remedy}`,
  )
}

/** The commands that fill a folder for `--from`. */
export function fillCommands(from: string, variant: Variant): readonly string[] {
  const wheels = [tensorflowWheel(variant), ...variant.nvidia]
  const names = wheels.map(({ distribution, version }) => `${distribution}==${version}`)
  return [
    `npm install --ignore-scripts --prefix ${from} ${npmSpecs(variant).join(' ')}`,
    `pip download --no-deps --dest ${from} ${names.join(' ')}`,
  ]
}
