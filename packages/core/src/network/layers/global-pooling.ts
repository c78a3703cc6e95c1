import type { Node } from '../../graph/node.ts'
import type { ReduceOptions } from '../../graph/ops/reduce.ts'
import type { LayerBehaviour } from '../define-layer.ts'
import { imageShape } from '../option-checks.ts'

/** What both kinds of global pooling share. */
export function globalPooling2d(maker: string, reduce: (x: Node, options: ReduceOptions) => Node): LayerBehaviour {
  return {
    weights: ([shape]) => {
      imageShape(maker, shape)
      return {}
    },
    call: ([x]) => reduce(x, { axes: [1, 2] }),
  }
}
