import { join } from 'node:path'
import { cacheFolder } from '@lockstep/core/node'

/**
 * What runs the kernels: TensorFlow on CUDA, TensorFlow on the processor, WebAssembly with SIMD, plain JavaScript.
 */
export type EngineName = 'tensorflow-gpu' | 'tensorflow' | 'wasm' | 'cpu'

/** Engines that are a native library, installed by `lockstep setup tfjs` or with tfjs-node. */
export type NativeEngineName = 'tensorflow-gpu' | 'tensorflow'

/** All engines, best first. */
export const engineNames: readonly EngineName[] = ['tensorflow-gpu', 'tensorflow', 'wasm', 'cpu']

/** The package that binds a native engine. */
export const nativePackages: Readonly<Record<NativeEngineName, string>> = {
  'tensorflow-gpu': '@tensorflow/tfjs-node-gpu',
  tensorflow: '@tensorflow/tfjs-node',
}

/** What an installation in {@link nativeFolder} says of itself; written last, so that without it there is none. */
export const nativeManifest = 'lockstep.json'

/**
 * Where a native engine is looked for when the project has none: an npm prefix, whose `node_modules` hold the binding's
 * package with the binding built, and next to them {@link nativeManifest}.
 */
export function nativeFolder(engine: NativeEngineName): string {
  return join(cacheFolder('tfjs'), engine === 'tensorflow' ? 'cpu' : 'gpu')
}
