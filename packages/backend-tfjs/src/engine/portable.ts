import { createRequire } from 'node:module'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Device } from '@lockstep/core'
import type { Engine, TensorFlow } from './engine.ts'
import { engineUnavailable, messageOf } from './unavailable.ts'

/** Resolves as our package does, then as the program does that runs: an optional peer may only be there. */
export const resolvers: readonly NodeJS.Require[] = [
  createRequire(import.meta.url),
  createRequire(join(process.cwd(), 'package.json')),
]

/** The engines that need no native library: WebAssembly and plain JavaScript. */
export async function portableEngine(name: 'wasm' | 'cpu'): Promise<Engine> {
  const { tf, version } = loadPackages(name)
  if (!(await tf.setBackend(name))) throw engineUnavailable(name, 'TensorFlow.js could not start it')
  await tf.ready()
  if (name === 'cpu') silenceAdvice(tf)
  const label = name === 'cpu' ? `TensorFlow.js cpu ${version}` : `TensorFlow.js wasm ${version} (${await flavour(tf)})`
  const traits = { anyProduct: name === 'cpu', convolutionGradients: false }
  return { name, label, tf, traits, device: processor(name, label), threads: 1, backendName: name }
}

/** The processor as the device of an engine that computes in this process. */
export function processor(name: string, engine: string, isolation: Device['isolation'] = 'thread'): Device {
  const model = cpus()[0]?.model ?? 'CPU'
  return { id: 'cpu:0', kind: 'cpu', name: `${model} (${name})`, engine, memoryBytes: totalmem(), isolation }
}

function loadPackages(name: 'wasm' | 'cpu'): { tf: TensorFlow; version: string } {
  const errors: unknown[] = []
  for (const require of resolvers) {
    try {
      // The core is resolved as the backend sees it: two copies would be two sets of kernels.
      const path = require.resolve(`@tensorflow/tfjs-backend-${name}`)
      const tf = createRequire(path)('@tensorflow/tfjs-core') as TensorFlow
      require(path)
      return { tf, version: tf.version_core }
    } catch (error) {
      errors.push(error)
    }
  }
  throw engineUnavailable(name, messageOf(errors[0]), errors[0])
}

async function flavour(tf: TensorFlow): Promise<string> {
  return (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'SIMD' : 'no SIMD'
}

/** The engine advises on its first use to install another one: that is what `tfjs()` has decided already. */
function silenceAdvice(tf: TensorFlow): void {
  Object.assign(tf.backend(), { firstUse: false })
}
