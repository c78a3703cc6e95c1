import type { Node } from '../../graph/node.ts'
import { sub } from '../../graph/ops/elementwise.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { elementwiseMerge } from './merge.ts'

/** The first input minus the second, element by element. Extents must agree or be 1. */
export const subtract: LayerFactory<Record<never, never>> = defineLayer('Subtract', () =>
  elementwiseMerge('subtract', [2, 2], ([a, b]) => sub(a, b as Node)),
)
