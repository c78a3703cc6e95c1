import type { Device } from '@lockstep/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { EngineName } from './engine-name.ts'

/** TensorFlow.js' core, whichever package brought it. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core')

/** What kernels of an engine are good at; lowerings ask for these, never for its name. */
export interface Traits {
  /** Products of transposed matrices, and of batches of matrices, are as fast as plain ones. */
  readonly anyProduct: boolean
  /** There are kernels for both gradients of a convolution, and they are faster than convolutions that compute the same. */
  readonly convolutionGradients: boolean
}

/** Runs one of TensorFlow's own operations on float32 operands. */
export type NativeOperation = (
  name: string,
  operands: readonly Tensor[],
  switches?: Readonly<Record<string, boolean>>,
) => Tensor

/** TensorFlow.js with one of its engines active: the only one that this process can have. */
export interface Engine {
  readonly name: EngineName
  /** As `Device.engine` says it. */
  readonly label: string
  readonly tf: TensorFlow
  readonly traits: Traits
  readonly operation?: NativeOperation
  readonly device: Device
  /** All devices of which a process has one, `device` among them; default: that alone. */
  readonly siblings?: readonly Device[]
  /** Threads that one kernel may use; fixed when the engine is loaded. */
  readonly threads: number
  /** What TensorFlow.js calls it. */
  readonly backendName: string
}
