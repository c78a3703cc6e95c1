import type { CApi } from './c-api-functions.ts'
import { appendProvider } from './c-api-providers.ts'
import { check, make } from './c-api-status.ts'
import type { DeviceSessionOptions, OptimizationLevel, SessionOptions } from './engine.ts'

const fatalOnly = 4

const levels: Readonly<Record<OptimizationLevel, number>> = { disabled: 0, basic: 1, extended: 2, all: 99 }

/** The library's options of a session; the caller releases them. For `fallback` see {@link appendProvider}. */
export function createSessionOptions(
  api: CApi,
  options: SessionOptions & Partial<DeviceSessionOptions>,
  sharedPool: boolean,
  fallback = false,
): bigint {
  const made = make(api, 'make session options', (result) => api.createSessionOptions(result))
  const level = levels[options.optimizationLevel]
  check(api, 'set the optimization level', api.setSessionGraphOptimizationLevel(made, level))
  if (sharedPool) {
    check(api, 'share the thread pool', api.disablePerSessionThreads(made))
  } else {
    check(api, 'size a thread pool', api.setIntraOpNumThreads(made, options.threads))
    check(api, 'stop spinning', api.addSessionConfigEntry(made, 'session.intra_op.allow_spinning', '0'))
  }
  if (options.profilePrefix !== undefined) check(api, 'profile', api.enableProfiling(made, options.profilePrefix))
  if (options.provider !== undefined) {
    // What goes wrong is told by the error.
    check(api, 'log less', api.setSessionLogSeverityLevel(made, fatalOnly))
    appendProvider(api, made, options.provider, fallback)
  }
  return made
}
