import type { CApi } from './c-api-functions.ts'
import { check, finished, make } from './c-api-status.ts'
import type { Binding, BoundTensor } from './engine.ts'

/** ONNX's numbers for element types. */
const elementTypes = { float32: 1, int32: 6, bool: 9 } as const

const arenaAllocator = 1
const defaultMemory = 0

/** Inputs and outputs tied to memory once, so that a run is a single call of the library. */
export class CApiBinding implements Binding {
  readonly #api: CApi
  readonly #session: bigint
  readonly #binding: bigint
  readonly #runOptions: bigint
  readonly #values: bigint[] = []
  /** The library holds mere addresses: this keeps the memory alive. */
  readonly tensors: readonly BoundTensor[]

  constructor(api: CApi, session: bigint, inputs: readonly BoundTensor[], outputs: readonly BoundTensor[]) {
    this.#api = api
    this.#session = session
    this.tensors = [...inputs, ...outputs]
    this.#runOptions = make(api, 'make run options', (result) => api.createRunOptions(result))
    this.#binding = make(api, 'make a binding', (result) => api.createIoBinding(session, result))
    try {
      for (const tensor of inputs)
        check(api, `bind ${tensor.name}`, api.bindInput(this.#binding, tensor.name, this.#valueOf(tensor)))
      for (const tensor of outputs)
        check(api, `bind ${tensor.name}`, api.bindOutput(this.#binding, tensor.name, this.#valueOf(tensor)))
    } catch (error) {
      this.release()
      throw error
    }
  }

  run(): Promise<void> {
    return finished(this.#api, 'run a graph', (done) =>
      this.#api.runWithBinding.async(this.#session, this.#runOptions, this.#binding, done),
    )
  }

  release(): void {
    this.#api.releaseIoBinding(this.#binding)
    for (const value of this.#values) this.#api.releaseValue(value)
    this.#api.releaseRunOptions(this.#runOptions)
  }

  #valueOf({ name, dtype, shape, memory }: BoundTensor): bigint {
    const api = this.#api
    // V8 keeps small typed arrays on its moving heap until someone asks for their buffer.
    const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength)
    const extents = BigInt64Array.from(shape, BigInt)
    const info = make(api, 'describe memory', (result) =>
      api.createCpuMemoryInfo(arenaAllocator, defaultMemory, result),
    )
    const value = make(api, `wrap ${name}`, (result) =>
      api.createTensorWithDataAsOrtValue(info, bytes, bytes.length, extents, shape.length, elementTypes[dtype], result),
    )
    api.releaseMemoryInfo(info)
    this.#values.push(value)
    return value
  }
}
