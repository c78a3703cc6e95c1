import { isLockstepError, LockstepError } from '@lockstep/core'
import type { Engine } from './engine.ts'
import { type EngineName, engineNames } from './engine-name.ts'
import { type EngineLimits, nativeEngine } from './native.ts'
import { portableEngine } from './portable.ts'
import { remedies } from './unavailable.ts'

const makers: Readonly<Record<EngineName, (limits: EngineLimits) => Promise<Engine>>> = {
  'tensorflow-gpu': (limits) => nativeEngine('tensorflow-gpu', limits),
  tensorflow: (limits) => nativeEngine('tensorflow', limits),
  wasm: () => portableEngine('wasm'),
  cpu: () => portableEngine('cpu'),
}

let loading: Promise<Engine> | undefined

/**
 * The engine of this process: the one asked for, or the best that is installed and loads. TensorFlow.js keeps one
 * engine for all its users, so once there is one, asking for another is refused with `unavailable`. `limits`
 * hold if it is not loaded yet.
 */
export async function loadEngine(wanted?: EngineName, limits: EngineLimits = {}): Promise<Engine> {
  loading ??= wanted === undefined ? best(limits) : makers[wanted](limits)
  const attempt = loading
  // What was missing may have been installed when somebody tries again.
  attempt.catch(() => {
    if (loading === attempt) loading = undefined
  })
  const engine = await attempt
  if (wanted === undefined || engine.name === wanted) return engine
  throw new LockstepError(
    'unavailable',
    { what: `TensorFlow.js engine ${wanted}`, remedy: `run it in a process of its own, or use ${engine.name}` },
    `tfjs: this process computes with the engine ${engine.name} already and TensorFlow.js has one per process; ` +
      `use tfjs({ engine: '${engine.name}' }), or run ${wanted} in a process of its own`,
  )
}

async function best(limits: EngineLimits): Promise<Engine> {
  const reasons: string[] = []
  for (const name of engineNames) {
    try {
      return await makers[name](limits)
    } catch (error) {
      if (!isLockstepError(error) || error.code !== 'unavailable') throw error
      reasons.push(error.message)
    }
  }
  throw new LockstepError(
    'unavailable',
    { what: 'TensorFlow.js', remedy: remedies.wasm },
    `tfjs: no engine is installed; install one with: ${remedies.wasm} (no native code), or: ${remedies.tensorflow} (TensorFlow itself). ${reasons.join('; ')}`,
  )
}
