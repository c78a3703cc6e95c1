import { makeNode, type Node, requireDType, shapeError } from '../node.ts'
import { broadcast, broadcastShapes } from './shape.ts'

/** Options of {@link matmul}: operands are taken transposed in their last two axes. */
export interface MatmulOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/**
 * Matrix product over the last two axes, `[..., m, k] · [..., k, n] → [..., m, n]`; the leading axes broadcast.
 * A first operand of rank > 2 times a matrix is computed as one large product.
 */
export function matmul(a: Node, b: Node, { transposeA = false, transposeB = false }: MatmulOptions = {}): Node {
  const fail = (): never => {
    throw shapeError('matmul', [a.shape, b.shape], 'expected the inner extents to agree: [..., m, k] · [..., k, n]')
  }
  for (const operand of [a, b]) requireDType('matmul', operand, ['float32'])
  if (a.shape.length < 2 || b.shape.length < 2) return fail()
  const [m, k] = matrixOf(a, transposeA)
  const [inner, n] = matrixOf(b, transposeB)
  if (k !== inner) return fail()
  const batch = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2))
  const left = broadcast(a, [...batch, ...a.shape.slice(-2)])
  const right = broadcast(b, [...batch, ...b.shape.slice(-2)])
  return makeNode('matmul', [left, right], { transposeA, transposeB }, [...batch, m, n], 'float32')
}

function matrixOf(x: Node, transposed: boolean): [number, number] {
  const [rows, columns] = x.shape.slice(-2) as [number, number]
  return transposed ? [columns, rows] : [rows, columns]
}
