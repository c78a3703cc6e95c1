import { type NodeOf, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'
import { addProduct, transposed } from '../product.ts'

function matmul(node: NodeOf<'matmul'>, a: Float64Array, b: Float64Array): Float64Array {
  const { transposeA, transposeB } = node.attributes
  const [m, n] = node.shape.slice(-2) as [number, number]
  const k = node.inputs[0]?.shape.at(transposeA ? -2 : -1) as number
  const result = new Float64Array(sizeOf(node.shape))
  const [row, column] = transposeA ? [1, m] : [k, 1]
  for (let batch = 0; batch * m * n < result.length; batch++) {
    const left = { elements: a, start: batch * m * k, row, column }
    const start = batch * k * n
    const right = transposeB
      ? { elements: transposed(b, start, n, k), start: 0, row: n }
      : { elements: b, start, row: n }
    addProduct({ elements: result, start: batch * m * n, row: n }, left, right, [m, k, n])
  }
  return result
}

/** Matrix products. */
export const matmulKernels: KernelsOf<'matmul'> = { matmul }
