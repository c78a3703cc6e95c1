import { add, mul } from '../../graph/ops/elementwise.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { elementwiseMerge, severalInputs } from './merge.ts'

/** The mean of two inputs or more, element by element. Extents must agree or be 1. */
export const average: LayerFactory<Record<never, never>> = defineLayer('Average', () =>
  elementwiseMerge('average', severalInputs, (values) =>
    mul(
      values.reduce((a, b) => add(a, b)),
      1 / values.length,
    ),
  ),
)
