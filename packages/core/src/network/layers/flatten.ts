import { sizeOf } from '../../graph/node.ts'
import { reshape } from '../../graph/ops/shape.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'

/** All elements of a sample on one axis, in row-major order: `[a, b, c]` → `[a · b · c]`. */
export const flatten: LayerFactory<Record<never, never>> = defineLayer('Flatten', () => ({
  inputDTypes: ['float32', 'int32'],
  call: ([x]) => reshape(x, [x.shape[0] as number, sizeOf(x.shape.slice(1))]),
}))
