import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type EngineName, engineNames, nativeFolder, nativeManifest, nativePackages } from '@lockstep/backend-tfjs'
import { LockstepError } from '@lockstep/core'

/** An npm prefix that `lockstep setup tfjs` made, and the package in it that binds TensorFlow. */
export interface TfjsPrefix {
  readonly folder: string
  readonly package: string
}

/** Where tfjs-node, and tfjs-layers with it, is for that engine. Throws `unavailable` where it is not set up. */
export function tfjsPrefix(engine: string): TfjsPrefix {
  if (isNative(engine) && isSetUp(engine)) return { folder: nativeFolder(engine), package: nativePackages[engine] }
  const remedy = 'Run `npx lockstep setup tfjs`'
  const place = isNative(engine) ? `nothing in ${nativeFolder(engine)}` : 'it has none'
  const message = `tfjs-layers needs the native TensorFlow of engine ${engine}: ${place}. ${remedy}.`
  throw new LockstepError('unavailable', { what: 'tfjs-layers', remedy }, message)
}

/** The best engine of tfjs that is set up: to be named to both sides, so that both compute with it. */
export function bestTfjsEngine(): EngineName {
  return engineNames.filter(isNative).find(isSetUp) ?? 'wasm'
}

function isNative(engine: string): engine is keyof typeof nativePackages {
  return engine in nativePackages
}

function isSetUp(engine: keyof typeof nativePackages): boolean {
  return existsSync(join(nativeFolder(engine), nativeManifest))
}
