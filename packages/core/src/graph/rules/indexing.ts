import type { GradientRules } from '../gradient-rules.ts'
import type { Node } from '../node.ts'
import { gather, scatterAdd } from '../ops/indexing.ts'

const operands = (node: Node): [Node, Node] => node.inputs as unknown as [Node, Node]

/** Rules of the indexing primitives; indices carry no gradient. */
export const indexingRules: GradientRules<'gather' | 'scatterAdd' | 'oneHot'> = {
  gather: (node, gradient) => {
    const [x, indices] = operands(node)
    return [scatterAdd(indices, gradient, x.shape, node.attributes.axis)]
  },
  scatterAdd: (node, gradient) => [undefined, gather(gradient, operands(node)[0], node.attributes.axis)],
  oneHot: () => [],
}
