import type { Node, Shape } from '../../graph/node.ts'
import { add } from '../../graph/ops/elementwise.ts'
import { type ActivationFunction, type ActivationName, activationFunction } from '../activations.ts'
import { type InitializerOption, initializerOf } from '../initializers.ts'
import type { WeightSpec } from '../layer.ts'
import { type Regularizer, regularizerOf } from '../regularizers.ts'

/** Options of layers that compute activation(kernel · x + bias). */
export interface KernelOptions {
  /** By name, or a function of your own over graph operations. Default `linear`. */
  readonly activation?: ActivationName | ActivationFunction
  /** Default true. */
  readonly useBias?: boolean
  /** Default `glorotUniform`. */
  readonly kernelInitializer?: InitializerOption
  /** Default `zeros`. */
  readonly biasInitializer?: InitializerOption
  readonly kernelRegularizer?: Regularizer
  readonly biasRegularizer?: Regularizer
}

/** {@link KernelOptions} with names looked up and defaults filled in. */
export interface KernelParts {
  readonly config: Readonly<Record<string, unknown>>
  kernel(shape: Shape): WeightSpec
  /** Undefined where there is none. */
  bias(length: number): WeightSpec | undefined
  /** Adds the bias along the last axis and applies the activation. */
  finish(product: Node, bias: Node | undefined): Node
}

export function kernelParts(options: KernelOptions): KernelParts {
  const { activation = 'linear', useBias = true } = options
  const act = activationFunction(activation)
  const kernelInitializer = initializerOf(options.kernelInitializer ?? 'glorotUniform')
  const biasInitializer = initializerOf(options.biasInitializer ?? 'zeros')
  const kernelRegularizer = regularizerOf(options.kernelRegularizer)
  const biasRegularizer = regularizerOf(options.biasRegularizer)
  return {
    config: {
      activation,
      useBias,
      kernelInitializer,
      biasInitializer,
      kernelRegularizer,
      biasRegularizer,
    },
    kernel: (shape) => ({ shape, initializer: kernelInitializer, kind: 'parameter', regularizer: kernelRegularizer }),
    bias: (length) =>
      useBias
        ? { shape: [length], initializer: biasInitializer, kind: 'parameter', regularizer: biasRegularizer }
        : undefined,
    finish: (product, bias) => act(bias === undefined ? product : add(product, bias)),
  }
}
