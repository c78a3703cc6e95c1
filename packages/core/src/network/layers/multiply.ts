import { mul } from '../../graph/ops/elementwise.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { elementwiseMerge, severalInputs } from './merge.ts'

/** The product of two inputs or more, element by element. Extents must agree or be 1. */
export const multiply: LayerFactory<Record<never, never>> = defineLayer('Multiply', () =>
  elementwiseMerge('multiply', severalInputs, (values) => values.reduce((a, b) => mul(a, b))),
)
