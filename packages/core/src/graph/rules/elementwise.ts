import type { GradientRules } from '../gradient-rules.ts'
import type { Node } from '../node.ts'
import * as o from '../ops/elementwise.ts'

type ElementwiseOp =
  | 'neg'
  | 'abs'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'tanh'
  | 'sigmoid'
  | 'erf'
  | 'sign'
  | 'relu'
  | 'cast'
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'min'
  | 'max'
  | 'equal'
  | 'less'
  | 'lessEqual'
  | 'select'

const none = (): readonly undefined[] => []
const operands = (node: Node): [Node, Node, Node] => node.inputs as unknown as [Node, Node, Node]
const float = (condition: Node): Node => o.cast(condition, 'float32')

/** The winner of a minimum or maximum takes the gradient; equal operands take half each. */
const winner = (node: Node, gradient: Node): Node[] =>
  node.inputs.map((operand, index) => {
    const other = node.inputs[1 - index] as Node
    const won = float(o.equal(operand, node))
    const tied = float(o.equal(operand, other))
    return o.mul(gradient, o.sub(won, o.mul(tied, 0.5)))
  })

const unary =
  (derivative: (x: Node, y: Node) => Node) =>
  (node: Node, gradient: Node): Node[] => [o.mul(gradient, derivative(operands(node)[0], node))]

/** Rules of elementwise primitives; `x` is the operand and `y` the result. */
export const elementwiseRules: GradientRules<ElementwiseOp> = {
  neg: (_, gradient) => [o.neg(gradient)],
  abs: unary((x) => o.sign(x)),
  exp: unary((_, y) => y),
  log: (node, gradient) => [o.div(gradient, operands(node)[0])],
  sqrt: (node, gradient) => [o.div(o.mul(gradient, 0.5), node)],
  tanh: unary((_, y) => o.sub(1, o.mul(y, y))),
  sigmoid: unary((_, y) => o.mul(y, o.sub(1, y))),
  erf: unary((x) => o.mul(o.exp(o.neg(o.mul(x, x))), 2 / Math.sqrt(Math.PI))),
  sign: none,
  relu: unary((_, y) => float(o.greater(y, 0))),
  cast: none,
  add: (_, gradient) => [gradient, gradient],
  sub: (_, gradient) => [gradient, o.neg(gradient)],
  mul: (node, gradient, needed) => {
    const [a, b] = operands(node)
    return [needed[0] ? o.mul(gradient, b) : undefined, needed[1] ? o.mul(gradient, a) : undefined]
  },
  div: (node, gradient, needed) => {
    const share = o.div(gradient, operands(node)[1])
    return [share, needed[1] ? o.neg(o.mul(share, node)) : undefined]
  },
  pow: (node, gradient, needed) => {
    const [a, b] = operands(node)
    const base = needed[0] ? o.mul(gradient, o.mul(b, o.pow(a, o.sub(b, 1)))) : undefined
    const positive = o.greater(a, 0)
    const logarithm = needed[1] ? o.select(positive, o.log(o.select(positive, a, 1)), 0) : undefined
    return [base, logarithm && o.mul(gradient, o.mul(node, logarithm))]
  },
  min: winner,
  max: winner,
  equal: none,
  less: none,
  lessEqual: none,
  select: (node, gradient) => {
    const [condition] = operands(node)
    return [undefined, o.select(condition, gradient, 0), o.select(condition, 0, gradient)]
  },
}
