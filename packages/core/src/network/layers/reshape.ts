import { type Shape, shapeError, sizeOf } from '../../graph/node.ts'
import { reshape as reshapeNode } from '../../graph/ops/shape.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { invalidOption } from '../option-checks.ts'

/** Options of {@link reshape}. */
export interface ReshapeOptions {
  /** Shape of one sample; one extent may be −1 and is worked out. */
  readonly targetShape: Shape
}

/** The same elements of each sample, in row-major order, under another shape. */
export const reshape: LayerFactory<ReshapeOptions> = defineLayer('Reshape', ({ targetShape }: ReshapeOptions) => {
  const valid = targetShape.every((extent) => Number.isInteger(extent) && (extent >= 1 || extent === -1))
  if (!valid || targetShape.filter((extent) => extent === -1).length > 1) {
    throw invalidOption('reshape', 'targetShape', targetShape, 'integers ≥ 1, at most one of them −1')
  }
  const known = targetShape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1)
  return {
    config: { targetShape: [...targetShape] },
    inputDTypes: ['float32', 'int32'],
    call: ([x]) => {
      const [samples, ...shape] = x.shape as [number, ...number[]]
      const extents = targetShape.map((extent) => (extent === -1 ? sizeOf(shape) / known : extent))
      if (sizeOf(extents) !== sizeOf(shape) || !extents.every(Number.isInteger)) {
        throw shapeError('reshape of samples', [shape, targetShape], `expected ${sizeOf(shape)} elements in both`)
      }
      return reshapeNode(x, [samples, ...extents])
    },
  }
})
