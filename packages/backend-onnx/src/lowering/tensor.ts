import type { DType, Shape } from '@lockstep/core'

/** Element types of ONNX tensors that are used: those of graphs, and int64 for shapes and axes. */
export type ElementType = DType | 'int64'

/** One value of an ONNX graph. Its identity is the object; it gets a name when the graph is written. */
export interface Tensor {
  readonly type: ElementType
  readonly shape: Shape
}

/** The elements of a constant. */
export type TensorData = Float32Array | Int32Array | Uint8Array | BigInt64Array
