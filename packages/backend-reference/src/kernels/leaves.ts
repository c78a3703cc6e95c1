import { sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'

/** Values that need no operand, and the marker of differentiation, which is the identity. */
export const leafKernels: KernelsOf<'constant' | 'iota' | 'stopGradient'> = {
  constant: ({ attributes }) => attributes.values.slice(),
  iota: ({ shape }) => Float64Array.from({ length: sizeOf(shape) }, (_, index) => index),
  stopGradient: (_, x) => x.slice(),
}
