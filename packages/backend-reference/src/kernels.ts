import type { NodeOf, Op } from '@lockstep/core'
import { convolutionKernels } from './kernels/convolution.ts'
import { elementwiseKernels } from './kernels/elementwise.ts'
import { indexingKernels } from './kernels/indexing.ts'
import { leafKernels } from './kernels/leaves.ts'
import { matmulKernels } from './kernels/matmul.ts'
import { poolKernels } from './kernels/pool.ts'
import { reductionKernels } from './kernels/reduction.ts'
import { shapeKernels } from './kernels/shape.ts'

/** Primitives that are computed; the others are read from what is bound. */
export type ComputedOp = Exclude<Op, 'input' | 'state' | 'random'>

/**
 * One primitive on float64 values in row-major order: from the operands' elements to the result's, which the kernel
 * allocates and never shares with an operand that it was given. int32 is held as integers, bool as 0 and 1.
 */
export type Kernel<O extends Op> = (node: NodeOf<O>, ...operands: readonly Float64Array[]) => Float64Array

export type KernelsOf<O extends Op> = { readonly [K in O]: Kernel<K> }

/** One kernel per primitive. */
export type Kernels = KernelsOf<ComputedOp>

export const referenceKernels: Kernels = {
  ...leafKernels,
  ...elementwiseKernels,
  ...shapeKernels,
  ...reductionKernels,
  ...matmulKernels,
  ...convolutionKernels,
  ...poolKernels,
  ...indexingKernels,
}
