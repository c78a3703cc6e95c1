import { LockstepError } from '@lockstep/core'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Binding, BoundTensor, Engine, Session, SessionOptions } from './engine.ts'
import { engineFailure } from './failure.ts'
import { messageOf, onnxRuntimeMissing, onnxRuntimeVersion } from './native-library.ts'

type Library = typeof import('onnxruntime-node')

const errorsOnly = 3

/** ONNX Runtime through onnxruntime-node's own binding: needs nothing else, but a run blocks its thread. */
export async function jsEngine(): Promise<Engine> {
  return new JsEngine(await loadLibrary())
}

async function loadLibrary(): Promise<Library> {
  try {
    return await import('onnxruntime-node')
  } catch (cause) {
    throw onnxRuntimeMissing(cause)
  }
}

class JsEngine implements Engine {
  readonly name = 'js'
  readonly label: string = `ONNX Runtime ${onnxRuntimeVersion()} (JavaScript binding)`
  readonly sharedMemory = false
  readonly #library: Library

  constructor(library: Library) {
    this.#library = library
  }

  async load(model: Uint8Array, options: SessionOptions): Promise<Session> {
    const session = await attempt('compile a model', () =>
      this.#library.InferenceSession.create(model, sessionOptions(options)),
    )
    return new JsSession(this.#library, session)
  }
}

function sessionOptions({
  threads,
  optimizationLevel,
  profilePrefix,
}: SessionOptions): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    graphOptimizationLevel: optimizationLevel,
    logSeverityLevel: errorsOnly,
    // Otherwise its threads would spin for some 50 ms after each run, on the cores that the rest of the program needs.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
  }
}

class JsSession implements Session {
  readonly #library: Library
  readonly #session: InferenceSession

  constructor(library: Library, session: InferenceSession) {
    this.#library = library
    this.#session = session
  }

  bind(inputs: readonly BoundTensor[], outputs: readonly BoundTensor[]): Binding {
    const [feeds, fetches] = [inputs, outputs].map((tensors) => this.#wrapped(tensors)) as [Wrapped, Wrapped]
    return {
      // Results are written to the memory of `fetches`; the copies that come back are not needed.
      run: async () => {
        await attempt('run a graph', () => this.#session.run(feeds, fetches))
      },
      release: () => undefined,
    }
  }

  async release(): Promise<void> {
    await this.#session.release()
  }

  #wrapped(tensors: readonly BoundTensor[]): Wrapped {
    const { Tensor } = this.#library
    return Object.fromEntries(
      tensors.map((tensor) => {
        const { name, dtype, shape } = tensor
        return [name, new Tensor(dtype, unshared(tensor), shape)]
      }),
    )
  }
}

/** The binding takes typed arrays over an ArrayBuffer only. */
function unshared({ name, memory }: BoundTensor): Float32Array {
  if (memory.buffer instanceof ArrayBuffer) return memory as Float32Array
  throw new LockstepError(
    'invalid-argument',
    { argument: name },
    `bind: ${name} lies in a SharedArrayBuffer, which ONNX Runtime's JavaScript binding does not take; ` +
      "use an ArrayBuffer, or onnx({ engine: 'c-api' })",
  )
}

type Wrapped = Readonly<Record<string, Tensor>>

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw engineFailure('js', what, messageOf(cause), cause)
  }
}
