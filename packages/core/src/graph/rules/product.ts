import { LockstepError } from '../../errors.ts'
import type { GradientRules } from '../gradient-rules.ts'
import type { Node, Op } from '../node.ts'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../ops/conv.ts'
import { matmul } from '../ops/matmul.ts'
import { avgPool2d, avgPool2dGradient, maxPool2dGradient } from '../ops/pool.ts'

type ProductOp =
  | 'matmul'
  | 'conv2d'
  | 'conv2dInputGradient'
  | 'conv2dFilterGradient'
  | 'maxPool2d'
  | 'maxPool2dGradient'
  | 'avgPool2d'
  | 'avgPool2dGradient'

const operands = (node: Node): [Node, Node] => node.inputs as unknown as [Node, Node]

/** Rules of matrix products, convolutions and pooling. */
export const productRules: GradientRules<ProductOp> = {
  // C = op(A) · op(B): dop(A) = dC · op(B)ᵀ and dop(B) = op(A)ᵀ · dC, transposed again where the operand was.
  matmul: (node, g, needed) => {
    const [a, b] = operands(node)
    const { transposeA, transposeB } = node.attributes
    const left = (): Node =>
      transposeA
        ? matmul(b, g, { transposeA: transposeB, transposeB: true })
        : matmul(g, b, { transposeB: !transposeB })
    const right = (): Node =>
      transposeB
        ? matmul(g, a, { transposeA: true, transposeB: transposeA })
        : matmul(a, g, { transposeA: !transposeA })
    return [needed[0] ? left() : undefined, needed[1] ? right() : undefined]
  },
  conv2d: (node, g, needed) => {
    const [x, kernel] = operands(node)
    return [
      needed[0] ? conv2dInputGradient(g, kernel, x.shape, node.attributes) : undefined,
      needed[1] ? conv2dFilterGradient(x, g, kernel.shape, node.attributes) : undefined,
    ]
  },
  // Both are linear in each operand, so their gradients are convolutions again.
  conv2dInputGradient: (node, g, needed) => {
    const [dy, kernel] = operands(node)
    return [
      needed[0] ? conv2d(g, kernel, node.attributes) : undefined,
      needed[1] ? conv2dFilterGradient(g, dy, kernel.shape, node.attributes) : undefined,
    ]
  },
  conv2dFilterGradient: (node, g, needed) => {
    const [x, dy] = operands(node)
    return [
      needed[0] ? conv2dInputGradient(dy, g, x.shape, node.attributes) : undefined,
      needed[1] ? conv2d(x, g, node.attributes) : undefined,
    ]
  },
  maxPool2d: (node, g) => [maxPool2dGradient(node.inputs[0] as Node, node, g, node.attributes)],
  maxPool2dGradient: (node) => notTwice(node.op),
  avgPool2d: (node, g) => [avgPool2dGradient(g, (node.inputs[0] as Node).shape, node.attributes)],
  avgPool2dGradient: (node, g) => [avgPool2d(g, node.attributes)],
}

function notTwice(op: Op): never {
  throw new LockstepError(
    'unsupported',
    { feature: `second derivative of ${op}`, by: 'autodiff' },
    `gradients: ${op} cannot be differentiated again; keep second derivatives to graphs without max pooling`,
  )
}
