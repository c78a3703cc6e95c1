import type { Node } from '../../graph/node.ts'
import { defineLayer, type LayerFactory, type LayerOptions } from '../define-layer.ts'
import type { Layer } from '../layer.ts'

/** What a lambda layer computes from its inputs, each `[samples, ...]`. */
export type LambdaFunction = (x: Node, ...others: Node[]) => Node

const lambdaLayer: LayerFactory<{ readonly function: LambdaFunction }> = defineLayer(
  'Lambda',
  (options: { readonly function: LambdaFunction }) => ({
    inputDTypes: ['float32', 'int32'],
    inputCount: [1, Number.POSITIVE_INFINITY],
    call: (inputs) => options.function(...(inputs as readonly [Node, ...Node[]])),
  }),
)

/**
 * A layer without weights from a function over graph operations: `lambda((x) => ops.mul(x, 2))`. It cannot be saved as
 * JSON; `defineLayer` makes one that can.
 */
export function lambda(compute: LambdaFunction, options: LayerOptions = {}): Layer {
  return lambdaLayer({ ...options, function: compute })
}
