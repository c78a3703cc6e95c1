import { shapeError } from '../../graph/node.ts'
import { transpose } from '../../graph/ops/shape.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { invalidOption } from '../option-checks.ts'

/** Options of {@link permute}. */
export interface PermuteOptions {
  /** Which axis of the input each axis of the result is; counted from 1, the batch axis not among them. */
  readonly dims: readonly number[]
}

/** Reorders the axes of each sample: `dims: [2, 1]` swaps two. */
export const permute: LayerFactory<PermuteOptions> = defineLayer('Permute', ({ dims }: PermuteOptions) => {
  const sorted = [...dims].sort((a, b) => a - b)
  if (sorted.length === 0 || sorted.some((axis, index) => axis !== index + 1)) {
    throw invalidOption('permute', 'dims', dims, 'each of 1 … n once')
  }
  return {
    config: { dims: [...dims] },
    inputDTypes: ['float32', 'int32'],
    call: ([x]) => {
      if (x.shape.length !== dims.length + 1) {
        throw shapeError('permute of samples', [x.shape.slice(1)], `expected ${dims.length} axes, one for each of dims`)
      }
      return transpose(x, [0, ...dims])
    },
  }
})
