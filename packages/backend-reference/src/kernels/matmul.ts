import { type NodeOf, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'
import { addProducts, transposed } from '../rows.ts'

function matmul(node: NodeOf<'matmul'>, a: Float64Array, b: Float64Array): Float64Array {
  const { transposeA, transposeB } = node.attributes
  const [m, n] = node.shape.slice(-2) as [number, number]
  const k = node.inputs[0]?.shape.at(transposeA ? -2 : -1) as number
  const result = new Float64Array(sizeOf(node.shape))
  for (let batch = 0; batch * m * n < result.length; batch++) {
    const right = batch * k * n
    const rows = transposeB
      ? { elements: transposed(b, right, n, k), start: 0, stride: n }
      : { elements: b, start: right, stride: n }
    for (let row = 0; row < m; row++) {
      const start = batch * m * k + row * (transposeA ? 1 : k)
      const factors = { elements: a, start, stride: transposeA ? m : 1 }
      addProducts(result, (batch * m + row) * n, n, factors, rows, k)
    }
  }
  return result
}

/** Matrix products. */
export const matmulKernels: KernelsOf<'matmul'> = { matmul }
