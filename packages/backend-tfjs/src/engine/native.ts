import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import type { Device } from '@lockstep/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Engine, NativeOperation, TensorFlow } from './engine.ts'
import { type NativeEngineName, nativeFolder, nativeManifest, nativePackages } from './engine-name.ts'
import { checkDriver, gpuIndex, gpuNames, onGpu } from './gpus.ts'
import { restoreUtilFunctions } from './polyfill.ts'
import { processor, resolvers } from './portable.ts'
import { engineUnavailable, messageOf } from './unavailable.ts'

interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** What is used of tfjs-node's backend besides its kernels. */
interface NativeBackend {
  readonly binding: Readonly<Record<'TF_ATTR_TYPE' | 'TF_ATTR_BOOL' | 'TF_FLOAT', number>> & {
    readonly TF_Version: string
  }
  readonly isUsingGpuDevice: boolean
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor
}

/** What is fixed when an engine is loaded. */
export interface EngineLimits {
  readonly threads?: number | undefined
  /** The id of the device that the process is to have. */
  readonly device?: string | undefined
}

/** TensorFlow itself, through tfjs-node's binding: from the project if it works there, else from our own folder. */
export async function nativeEngine(name: NativeEngineName, limits: EngineLimits): Promise<Engine> {
  if (name === 'tensorflow') return load(name, limits)
  checkDriver()
  return onGpu(gpuIndex(limits.device), () => load(name, limits))
}

async function load(name: NativeEngineName, { threads: wanted, device: id }: EngineLimits): Promise<Engine> {
  restoreUtilFunctions()
  // TensorFlow tells every process what it was built with.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  const names = gpuNames()
  const threads = limitThreads(wanted)
  const { load, version } = findBinding(name)
  const tf = load()
  await tf.ready()
  const backend = tf.backend() as unknown as NativeBackend
  const { binding, isUsingGpuDevice } = backend
  const label = `TensorFlow ${binding.TF_Version} (${nativePackages[name].split('/')[1]} ${version})`
  const gpus = names.map((model, index) => gpu(model, index, label))
  const device = (isUsingGpuDevice ? gpus[gpuIndex(id)] : undefined) ?? processor(name, label, 'process')
  return {
    // Without a GPU the library computes on the processor, and says so.
    name: isUsingGpuDevice ? 'tensorflow-gpu' : 'tensorflow',
    label,
    tf,
    traits: { anyProduct: true, convolutionGradients: true },
    operation: operationOf(backend),
    device,
    ...(isUsingGpuDevice && { siblings: gpus }),
    threads,
    backendName: 'tensorflow',
  }
}

function gpu(model: string, index: number, engine: string): Device {
  return { id: `cuda:${index}`, kind: 'cuda', name: `${model} (tensorflow-gpu)`, engine, isolation: 'process' }
}

/** TensorFlow reads it once, when it is loaded. */
function limitThreads(wanted: number | undefined): number {
  const variable = 'TF_NUM_INTRAOP_THREADS'
  if (wanted !== undefined) process.env[variable] ??= String(wanted)
  return Number(process.env[variable]) || availableParallelism()
}

function operationOf(backend: NativeBackend): NativeOperation {
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = backend.binding
  const float32 = { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }
  return (name, operands, switches = {}) => {
    const booleans = Object.entries(switches).map(([key, value]) => ({ name: key, type: TF_ATTR_BOOL, value }))
    return backend.executeSingleOutput(name, [float32, ...booleans], operands)
  }
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
      if (!isMissing(error, name)) reasons.push(messageOf(error))
    }
  }
  throw engineUnavailable(
    name,
    reasons.at(-1) ?? `${nativePackages[name]} is neither here nor in ${nativeFolder(name)}`,
  )
}

/** Whether the package itself is not there, rather than something that it needs. */
function isMissing(error: unknown, name: NativeEngineName): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'MODULE_NOT_FOUND' && message.includes(`'${nativePackages[name]}/package.json'`)
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
