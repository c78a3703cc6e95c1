import { type Node, type NodeOf, type Shape, sizeOf } from '@lockstep/core'
import type { Kernels, Tensor } from '../kernels.ts'
import type { Compute, Lowerings, Workshop } from './lowering.ts'

const plain = { transposeA: false, transposeB: false }

/** From this many multiplications on, a product of a batch is worth a call of its own. */
const worthACall = 16384

function matmul(node: NodeOf<'matmul'>, { kernels }: Workshop): Compute {
  const { transposeA, transposeB } = node.attributes
  const { operation } = kernels
  if (operation !== undefined && node.shape.length === 2)
    return (a, b) => operation('MatMul', [a, b], { transpose_a: transposeA, transpose_b: transposeB })
  if (kernels.traits.anyProduct) return (a, b) => kernels.run('BatchMatMul', { a, b }, { transposeA, transposeB })
  const [left, right] = node.inputs as [Node, Node]
  const product = plainProduct(node.shape, sizeOf(left.shape) / sizeOf(node.shape.slice(0, -1)), kernels)
  return (a, b) =>
    product(
      transposeA ? kernels.transpose(a, swapped(left.shape)) : a,
      transposeB ? kernels.transpose(b, swapped(right.shape)) : b,
    )
}

/** `[..., m, k] · [..., k, n]`, in as many calls as there are matrices if these are large. */
function plainProduct(shape: Shape, k: number, kernels: Kernels): (a: Tensor, b: Tensor) => Tensor {
  const [m, n] = shape.slice(-2) as [number, number]
  const batch = sizeOf(shape.slice(0, -2))
  if (batch === 1 || m * n * k < worthACall) return (a, b) => kernels.run('BatchMatMul', { a, b }, plain)
  const part = (x: Tensor, index: number, rows: number, columns: number): Tensor =>
    kernels.run('Slice', { x }, { begin: [index * rows, 0], size: [rows, columns] })
  return (a, b) => {
    const [lefts, rights] = [kernels.reshape(a, [batch * m, k]), kernels.reshape(b, [batch * k, n])]
    const products = Array.from({ length: batch }, (_, index) =>
      kernels.run('BatchMatMul', { a: part(lefts, index, m, k), b: part(rights, index, k, n) }, plain),
    )
    return kernels.reshape(kernels.concat(products, 0), shape)
  }
}

/** The permutation that transposes the last two axes. */
function swapped(shape: Shape): number[] {
  const axes = shape.map((_, axis) => axis)
  return [...axes.slice(0, -2), shape.length - 1, shape.length - 2]
}

/** Matrix products. */
export const matmulLowerings: Lowerings<'matmul'> = { matmul }
