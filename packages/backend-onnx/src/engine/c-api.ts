import { isLockstepError } from '@lockstep/core'
import { loadCuda } from '../cuda/load-cuda.ts'
import { CApiDeviceSession } from './c-api-device-session.ts'
import type { CApi } from './c-api-functions.ts'
import { type LoadedApi, loadCApi } from './c-api-library.ts'
import { lacksNodes, nodesOnProcessor, placementError } from './c-api-placement.ts'
import { CApiSession } from './c-api-session.ts'
import { createSessionOptions } from './c-api-session-options.ts'
import { check, finished, make } from './c-api-status.ts'
import type { DeviceSession, DeviceSessionOptions, Engine, Provider, Session, SessionOptions } from './engine.ts'
import type { Decode } from './koffi.ts'
import { Lane } from './lane.ts'
import { onnxRuntimeVersion } from './native-library.ts'
import { providerTraits } from './provider-traits.ts'

const errorsOnly = 3

/** ONNX Runtime through its C API: runs off the main thread, in place, on memory of every kind. */
export async function cApiEngine(): Promise<Engine> {
  return new CApiEngine(await loadCApi())
}

/** What has to be loaded before a provider can be used. */
const prepare: Readonly<Record<Provider['kind'], () => Promise<void>>> = {
  cpu: async () => undefined,
  webgpu: async () => undefined,
  cuda: () => loadCuda(),
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
  readonly #decode: Decode
  readonly #lanes = new Map<string, Lane>()
  #environment?: Environment

  constructor({ api, decode }: LoadedApi) {
    this.#api = api
    this.#decode = decode
  }

  async load(model: Uint8Array, options: SessionOptions): Promise<Session> {
    return new CApiSession(this.#api, await this.#create(model, options))
  }

  async loadOnDevice(model: Uint8Array, options: DeviceSessionOptions): Promise<DeviceSession> {
    const { provider } = options
    const lane = this.#laneOf(provider)
    await prepare[provider.kind]()
    const create = (): Promise<bigint> => this.#createOnDevice(model, options)
    const address = await (lane === undefined ? create() : lane.run(create))
    return new CApiDeviceSession({ api: this.#api, address, provider, lane })
  }

  /** Names the nodes that the provider lacks, if that is why it fails. */
  async #createOnDevice(model: Uint8Array, options: DeviceSessionOptions): Promise<bigint> {
    try {
      return await this.#create(model, options)
    } catch (error) {
      if (!isLockstepError(error) || !lacksNodes(error.message)) throw error
      const session = await this.#create(model, options, true)
      const nodes = nodesOnProcessor(this.#api, session, this.#decode)
      this.#api.releaseSession(session)
      throw placementError(options.provider, nodes)
    }
  }

  async #create(
    model: Uint8Array,
    options: SessionOptions & Partial<DeviceSessionOptions>,
    fallback = false,
  ): Promise<bigint> {
    this.#environment ??= createEnvironment(this.#api, options.threads)
    const environment = this.#environment
    try {
      return await this.#compile(model, options, environment, fallback)
    } catch (error) {
      if (environment.poolSize === undefined || !lacksPool(error)) throw error
      environment.poolSize = undefined
      return this.#compile(model, options, environment, fallback)
    }
  }

  async #compile(
    model: Uint8Array,
    options: SessionOptions & Partial<DeviceSessionOptions>,
    { address, poolSize }: Environment,
    fallback: boolean,
  ): Promise<bigint> {
    const api = this.#api
    const sessionOptions = createSessionOptions(api, options, poolSize === options.threads, fallback)
    const session = new BigUint64Array(1)
    try {
      await finished(api, 'compile a model', (done) =>
        api.createSessionFromArray.async(address, model, model.byteLength, sessionOptions, session, done),
      )
    } finally {
      api.releaseSessionOptions(sessionOptions)
    }
    return session[0] as bigint
  }

  #laneOf({ kind, index }: Provider): Lane | undefined {
    if (providerTraits[kind].concurrentRuns) return undefined
    const lane = this.#lanes.get(`${kind}:${index}`) ?? new Lane()
    this.#lanes.set(`${kind}:${index}`, lane)
    return lane
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
