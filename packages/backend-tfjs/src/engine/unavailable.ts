import { LockstepError } from '@lockstep/core'
import type { EngineName } from './engine-name.ts'

/** The version of TensorFlow.js that the lowerings are tested with. */
export const tfjsVersion = '4.22.0'

const install = (...packages: readonly string[]): string =>
  `npm install ${packages.map((name) => `@tensorflow/${name}@${tfjsVersion}`).join(' ')}`

/** The command that brings each engine. */
export const remedies: Readonly<Record<EngineName, string>> = {
  'tensorflow-gpu': 'npx lockstep setup tfjs --gpu',
  tensorflow: 'npx lockstep setup tfjs',
  wasm: install('tfjs-core', 'tfjs-backend-wasm'),
  cpu: install('tfjs-core', 'tfjs-backend-cpu'),
}

/** The error of an engine that is not there. */
export function engineUnavailable(engine: EngineName, reason: string, cause?: unknown): LockstepError<'unavailable'> {
  const remedy = remedies[engine]
  return new LockstepError(
    'unavailable',
    { what: `TensorFlow.js engine ${engine}`, remedy },
    `tfjs: the engine ${engine} cannot be used: ${reason}; it is installed with: ${remedy}`,
    { cause },
  )
}

/** The text of whatever was thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0] ?? text
}
