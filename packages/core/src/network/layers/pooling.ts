import type { Node, Pair } from '../../graph/node.ts'
import type { Pool2dOptions } from '../../graph/ops/pool.ts'
import type { PairLike } from '../../graph/ops/window.ts'
import type { LayerBehaviour } from '../define-layer.ts'
import { checkedPair, imageShape, oneOf } from '../option-checks.ts'

/** Options of `maxPooling2d` and `averagePooling2d`; where one number is given it counts for height and width. */
export interface Pooling2dOptions {
  /** Default 2. */
  readonly poolSize?: PairLike
  /** Default: `poolSize`, so that windows do not overlap. */
  readonly strides?: PairLike
  /** `valid` (default): windows that stick out are left out; `same`: they are cut off at the edge. */
  readonly padding?: 'valid' | 'same'
}

/** What both kinds of pooling share. */
export function pooling2d(
  maker: string,
  options: Pooling2dOptions,
  pool: (x: Node, options: Pool2dOptions) => Node,
): LayerBehaviour {
  const size: Pair = checkedPair(maker, 'poolSize', options.poolSize ?? 2)
  const strides = checkedPair(maker, 'strides', options.strides ?? size)
  const padding = oneOf(maker, 'padding', options.padding ?? 'valid', ['valid', 'same'])
  return {
    config: { poolSize: size, strides, padding },
    weights: ([shape]) => {
      imageShape(maker, shape)
      return {}
    },
    call: ([x]) => pool(x, { size, strides, padding }),
  }
}
