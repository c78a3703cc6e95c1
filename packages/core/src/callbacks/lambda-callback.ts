import { unknownName } from '../names.ts'
import type { Callback } from '../training/callback.ts'

const keys: Readonly<Record<keyof Callback, true>> = {
  rankZeroOnly: true,
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onBatchBegin: true,
  onBatchEnd: true,
}

/**
 * A callback from functions. A plain object does as well; this one refuses a misspelt hook, which would never be
 * called, with `unknown-name`.
 */
export function lambdaCallback(hooks: Callback): Callback {
  const known = Object.keys(keys)
  const unknown = Object.keys(hooks).find((name) => !known.includes(name))
  if (unknown !== undefined) throw unknownName('hook', unknown, known)
  return { ...hooks }
}
