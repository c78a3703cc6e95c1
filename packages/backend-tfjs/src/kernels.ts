import type { DType, HostTensor, Shape } from '@lockstep/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Engine, Traits } from './engine/engine.ts'

export type { Tensor }

/** Operands of a kernel, by the names that TensorFlow.js gives them, or in a list. */
export type Operands = Readonly<Record<string, Tensor>> | readonly Tensor[]

type RunKernel = (name: string, inputs: object, attributes: object) => Tensor

/**
 * Runs kernels of the engine. What they make belongs to the {@link scope} in which it was made, or to the caller
 * outside of any.
 */
export class Kernels {
  readonly traits: Traits
  readonly #engine: Engine
  readonly #run: RunKernel
  readonly #made: Tensor[] = []

  constructor(engine: Engine) {
    this.#engine = engine
    this.traits = engine.traits
    const tensorFlow = engine.tf.engine()
    this.#run = tensorFlow.runKernel.bind(tensorFlow) as unknown as RunKernel
  }

  /** Whether the engine has that kernel. */
  has(name: string): boolean {
    const { tf, backendName } = this.#engine
    return tf.getKernel(name, backendName) !== undefined
  }

  run(name: string, inputs: Operands, attributes: object = {}): Tensor {
    const result = this.#run(name, inputs, attributes)
    this.#made.push(result)
    return result
  }

  reshape(x: Tensor, shape: Shape): Tensor {
    return this.run('Reshape', { x }, { shape })
  }

  transpose(x: Tensor, perm: readonly number[]): Tensor {
    return this.run('Transpose', { x }, { perm })
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
}
