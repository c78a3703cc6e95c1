import type { Node, NodeOf, Op } from './node.ts'
import { elementwiseRules } from './rules/elementwise.ts'
import { indexingRules } from './rules/indexing.ts'
import { productRules } from './rules/product.ts'
import { reductionRules } from './rules/reduction.ts'
import { shapeRules } from './rules/shape.ts'

/**
 * The derivative of one primitive: from a node and the gradient of its result to the gradients of its operands,
 * `undefined` where none flows. `needed[i]` is false where the gradient of operand `i` would not be used.
 */
export type GradientRule<O extends Op> = (
  node: Node & NodeOf<O>,
  gradient: Node,
  needed: readonly boolean[],
) => readonly (Node | undefined)[]

export type GradientRules<O extends Op> = { readonly [K in O]: GradientRule<K> }

const none = (): readonly undefined[] => []

/** One rule per primitive. */
export const rules: GradientRules<Op> = {
  input: none,
  state: none,
  constant: none,
  random: none,
  iota: none,
  stopGradient: none,
  ...elementwiseRules,
  ...shapeRules,
  ...reductionRules,
  ...productRules,
  ...indexingRules,
}
