import { LockstepError, unknownName } from '@lockstep/core'
import { type EngineName, engineNames } from './engine/engine-name.ts'

/** Options of `tfjs`; plain values, so that another process can make the same backend. */
export interface TfjsOptions {
  /**
   * What runs the kernels. Default: the first of `tensorflow-gpu`, `tensorflow`, `wasm` and `cpu` that is installed and
   * loads; the device says which.
   */
  readonly engine?: EngineName
}

/** Throws for an option that there is not, or a value that it does not take. */
export function checkOptions(options: TfjsOptions): void {
  for (const name of Object.keys(options)) if (name !== 'engine') throw unknownName('option of tfjs', name, ['engine'])
  const { engine } = options
  if (engine === undefined || engineNames.includes(engine)) return
  throw new LockstepError(
    'invalid-argument',
    { argument: 'engine' },
    `tfjs: engine is ${String(engine)}; expected ${engineNames.join(', ')}`,
  )
}
