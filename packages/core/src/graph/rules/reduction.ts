import type { GradientRules } from '../gradient-rules.ts'
import type { Node } from '../node.ts'
import { cast, div, equal, mul } from '../ops/elementwise.ts'
import { reduceSum } from '../ops/reduce.ts'
import { unreduce } from './shape.ts'

/** Rules of the reductions. */
export const reductionRules: GradientRules<'reduceSum' | 'reduceMax' | 'argmax'> = {
  reduceSum: (node, gradient) => {
    const { shape } = node.inputs[0] as Node
    return [unreduce(gradient, shape, node.attributes.axes)]
  },
  reduceMax: (node, gradient) => {
    const x = node.inputs[0] as Node
    const { axes } = node.attributes
    const hits = cast(equal(x, unreduce(node, x.shape, axes)), 'float32')
    const share = div(gradient, reduceSum(hits, node.attributes))
    return [mul(hits, unreduce(share, x.shape, axes))]
  },
  argmax: () => [],
}
