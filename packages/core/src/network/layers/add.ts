import { add as sum } from '../../graph/ops/elementwise.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { elementwiseMerge, severalInputs } from './merge.ts'

/** The sum of two inputs or more, element by element. Extents must agree or be 1. */
export const add: LayerFactory<Record<never, never>> = defineLayer('Add', () =>
  elementwiseMerge('add', severalInputs, (values) => values.reduce((a, b) => sum(a, b))),
)
