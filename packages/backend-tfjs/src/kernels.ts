import type { DType, HostTensor, Shape } from '@lockstep/core'
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core'
import type { Engine, NativeOperation, Traits } from './engine/engine.ts'

export type { Tensor }

/** Operands of a kernel, by the names that TensorFlow.js gives them, or in a list. */
export type Operands = Readonly<Record<string, Tensor>> | readonly Tensor[]

type KernelFunction = (call: { inputs: object; attrs: object; backend: unknown }) => TensorInfo | Tensor

/**
 * Runs kernels of the engine. What they make belongs to the {@link scope} in which it was made, or to the caller
 * outside of any.
 */
export class Kernels {
  readonly traits: Traits
  /** Runs an operation of TensorFlow that TensorFlow.js has no kernel for; only where the engine is TensorFlow. */
  readonly operation: NativeOperation | undefined
  readonly #engine: Engine
  readonly #backend: unknown
  readonly #functions = new Map<string, KernelFunction>()
  readonly #made: Tensor[] = []

  constructor(engine: Engine) {
    this.#engine = engine
    this.traits = engine.traits
    this.#backend = engine.tf.backend()
    const { operation } = engine
    this.operation = operation && ((...call) => this.#keep(operation(...call)))
  }

  run(name: string, inputs: Operands, attributes: object = {}): Tensor {
    const made = this.#function(name)({ inputs, attrs: attributes, backend: this.#backend })
    return this.#keep('dispose' in made ? made : this.#engine.tf.engine().makeTensorFromTensorInfo(made))
  }

  reshape(x: Tensor, shape: Shape): Tensor {
    return this.run('Reshape', { x }, { shape })
  }

  transpose(x: Tensor, perm: readonly number[]): Tensor {
    return this.run('Transpose', { x }, { perm })
  }

  /** Joins one value or more; engines want two. */
  concat(values: readonly Tensor[], axis: number): Tensor {
    return values.length === 1 ? (values[0] as Tensor) : this.run('Concat', values, { axis })
  }

  /** The same values under another tensor, which has a life of its own. */
  same(x: Tensor): Tensor {
    return this.run('Identity', { x })
  }

  /** Copies `values` to the engine: it would read them later otherwise. */
  upload(values: HostTensor, shape: Shape, dtype: DType): Tensor {
    return this.#engine.tf.engine().makeTensor(values.slice(), [...shape], dtype) as Tensor
  }

  /** Computes one tensor and disposes all others that were made on the way; all of them if it throws. */
  scope(compute: () => Tensor): Tensor {
    const start = this.#made.length
    let result: Tensor | undefined
    try {
      result = compute()
      return result
    } finally {
      for (const tensor of this.#made.splice(start)) if (tensor !== result) tensor.dispose()
    }
  }

  #keep(result: Tensor): Tensor {
    this.#made.push(result)
    return result
  }

  /** Kernels are called as they are registered: the way through TensorFlow.js takes as long again for small tensors. */
  #function(name: string): KernelFunction {
    const known = this.#functions.get(name)
    if (known !== undefined) return known
    const { tf, backendName } = this.#engine
    const kernel = tf.getKernel(name, backendName)
    if (kernel === undefined) throw new Error(`the engine ${this.#engine.name} has no kernel ${name}`)
    const run = kernel.kernelFunc as unknown as KernelFunction
    this.#functions.set(name, run)
    return run
  }
}
