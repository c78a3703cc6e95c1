import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Device } from '@lockstep/core'
import type { Engine, TensorFlow } from './engine.ts'
import { type NativeEngineName, nativeFolder, nativeManifest, nativePackages } from './engine-name.ts'
import { restoreUtilFunctions } from './polyfill.ts'
import { processor, resolvers } from './portable.ts'
import { engineUnavailable, messageOf } from './unavailable.ts'

/** The parts of tfjs-node's backend that say what it computes with. */
interface NativeBackend {
  readonly binding: { readonly TF_Version: string }
  readonly isUsingGpuDevice: boolean
}

/** TensorFlow itself, through tfjs-node's binding: from the project if it works there, else from our own folder. */
export async function nativeEngine(name: NativeEngineName): Promise<Engine> {
  const { load, version } = findBinding(name)
  restoreUtilFunctions()
  // TensorFlow tells every process which instructions it was built with.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  const tf = load()
  await tf.ready()
  const { binding, isUsingGpuDevice } = tf.backend() as unknown as NativeBackend
  if (name === 'tensorflow-gpu' && !isUsingGpuDevice) throw engineUnavailable(name, 'TensorFlow found no GPU')
  const label = `TensorFlow ${binding.TF_Version} (${nativePackages[name].split('/')[1]} ${version})`
  const device: Device = isUsingGpuDevice
    ? { id: 'cuda:0', kind: 'cuda', name: `NVIDIA GPU (${name})`, engine: label, isolation: 'process' }
    : processor(name, label, 'process')
  return { name, label, tf, traits: { anyProduct: true }, device, backendName: 'tensorflow' }
}

interface Found {
  readonly version: string
  readonly load: () => TensorFlow
}

/**
 * The first installation whose binding can be linked. It is linked before the package is loaded: a package that fails
 * half way leaves another copy of TensorFlow.js' core behind.
 */
function findBinding(name: NativeEngineName): Found {
  const reasons: string[] = []
  for (const require of candidates(name)) {
    try {
      const manifest = require.resolve(`${nativePackages[name]}/package.json`)
      require(bindingFile(dirname(manifest)))
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
      return { version, load: () => require(nativePackages[name]) as TensorFlow }
    } catch (error) {
      reasons.push(messageOf(error))
    }
  }
  throw engineUnavailable(name, reasons.at(-1) ?? `${nativePackages[name]} is not installed`)
}

function candidates(name: NativeEngineName): NodeJS.Require[] {
  const folder = nativeFolder(name)
  const own = existsSync(join(folder, nativeManifest)) ? [createRequire(join(folder, 'package.json'))] : []
  return [...resolvers, ...own]
}

/** `lib/napi-v8/tfjs_binding.node` of the package, in the newest version that is built. */
function bindingFile(folder: string): string {
  const lib = join(folder, 'lib')
  const versions = existsSync(lib) ? readdirSync(lib).sort().reverse() : []
  const files = versions.map((version) => join(lib, version, 'tfjs_binding.node')).filter((file) => existsSync(file))
  if (files[0] === undefined) throw new Error(`${folder} has no binding`)
  return files[0]
}
