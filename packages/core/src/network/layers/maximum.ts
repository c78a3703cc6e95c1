import { max } from '../../graph/ops/elementwise.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { elementwiseMerge, severalInputs } from './merge.ts'

/** The largest of two inputs or more, element by element; equal ones share the gradient. Extents must agree or be 1. */
export const maximum: LayerFactory<Record<never, never>> = defineLayer('Maximum', () =>
  elementwiseMerge('maximum', severalInputs, (values) => values.reduce((a, b) => max(a, b))),
)
