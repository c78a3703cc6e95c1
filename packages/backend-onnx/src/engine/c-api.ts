import { isLockstepError } from '@lockstep/core'
import type { CApi } from './c-api-functions.ts'
import { loadCApi } from './c-api-library.ts'
import { CApiSession } from './c-api-session.ts'
import { check, finished, make } from './c-api-status.ts'
import type { Engine, OptimizationLevel, Session, SessionOptions } from './engine.ts'
import { onnxRuntimeVersion } from './native-library.ts'

const levels: Readonly<Record<OptimizationLevel, number>> = { disabled: 0, basic: 1, extended: 2, all: 99 }

const errorsOnly = 3

/** ONNX Runtime through its C API: runs off the main thread, in place, on memory of every kind. */
export async function cApiEngine(): Promise<Engine> {
  return new CApiEngine(await loadCApi())
}

interface Environment {
  readonly address: bigint
  /** Size of the thread pool that sessions share; undefined where there is none. */
  poolSize: number | undefined
}

class CApiEngine implements Engine {
  readonly name = 'c-api'
  readonly label: string = `ONNX Runtime ${onnxRuntimeVersion()} (C API)`
  readonly sharedMemory = true
  readonly #api: CApi
  #environment?: Environment

  constructor(api: CApi) {
    this.#api = api
  }

  async load(model: Uint8Array, options: SessionOptions): Promise<Session> {
    this.#environment ??= createEnvironment(this.#api, options.threads)
    const environment = this.#environment
    try {
      return await this.#compile(model, options, environment)
    } catch (error) {
      if (environment.poolSize === undefined || !lacksPool(error)) throw error
      environment.poolSize = undefined
      return this.#compile(model, options, environment)
    }
  }

  async #compile(model: Uint8Array, options: SessionOptions, { address, poolSize }: Environment): Promise<Session> {
    const api = this.#api
    const sessionOptions = createOptions(api, options, poolSize === options.threads)
    const session = new BigUint64Array(1)
    try {
      await finished(api, 'compile a model', (done) =>
        api.createSessionFromArray.async(address, model, model.byteLength, sessionOptions, session, done),
      )
    } finally {
      api.releaseSessionOptions(sessionOptions)
    }
    return new CApiSession(api, session[0] as bigint)
  }
}

/** When others in the process had ONNX Runtime started before us, they started it without a shared thread pool. */
function lacksPool(error: unknown): boolean {
  return isLockstepError(error) && error.message.includes('EnvCreatedWithGlobalThreadPools')
}

/** One per process, whoever asks: the library hands out the first again. */
function createEnvironment(api: CApi, threads: number): Environment {
  const options = make(api, 'make threading options', (result) => api.createThreadingOptions(result))
  check(api, 'size the thread pool', api.setGlobalIntraOpNumThreads(options, threads))
  // Otherwise its threads would spin for some 50 ms after each run, on the cores that the rest of the program needs.
  check(api, 'stop spinning', api.setGlobalSpinControl(options, 0))
  const address = make(api, 'start', (result) =>
    api.createEnvWithGlobalThreadPools(errorsOnly, 'lockstep', options, result),
  )
  api.releaseThreadingOptions(options)
  return { address, poolSize: threads }
}

function createOptions(api: CApi, options: SessionOptions, sharedPool: boolean): bigint {
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
  return made
}
