import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Binding, BoundTensor, Engine, Session, SessionOptions } from './engine.ts'
import { engineFailure } from './failure.ts'
import { messageOf, onnxRuntimeMissing } from './native-library.ts'

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
    // Every session has threads of its own here; those that spin after a run would slow the other sessions.
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
      tensors.map(({ name, dtype, shape, memory }) => [name, new Tensor(dtype, memory as Float32Array, shape)]),
    )
  }
}

type Wrapped = Readonly<Record<string, Tensor>>

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw engineFailure('js', what, messageOf(cause), cause)
  }
}
