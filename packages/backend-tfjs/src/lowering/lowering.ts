import type { HostTensor, NodeOf, Op, Shape } from '@lockstep/core'
import type { Kernels, Tensor } from '../kernels.ts'

/** Primitives that are computed; the others are read from what is bound, or stand for a constant. */
export type LoweredOp = Exclude<Op, 'input' | 'state' | 'random' | 'constant' | 'iota' | 'broadcast' | 'stopGradient'>

/** Computes a node from its operands. What it makes on the way is disposed by whoever runs it. */
export type Compute = (...operands: Tensor[]) => Tensor

/** What lowerings are made with. */
export interface Workshop {
  readonly kernels: Kernels
  /** A tensor that lives as long as the compiled graph. */
  constant(values: HostTensor, shape: Shape): Tensor
  /** A float32 one with the same value everywhere. */
  filled(value: number, shape?: Shape): Tensor
}

/** Plans one primitive: everything that depends on shapes and attributes is decided here, once. */
export type Lowering<O extends Op> = (node: NodeOf<O>, workshop: Workshop) => Compute

export type Lowerings<O extends Op> = { readonly [K in O]: Lowering<K> }
