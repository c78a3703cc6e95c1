import { type NodeOf, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'
import { addScaled } from '../rows.ts'

/** The `rows × columns` matrix at `start`, transposed. */
function transposed(x: Float64Array, start: number, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = x[start + row * columns + column] as number
  return result
}

/** Adds `[m, k] · [k, n]` to `result`. */
function multiply(a: Float64Array, b: Float64Array, result: Float64Array, k: number, n: number): void {
  for (let row = 0; row * n < result.length; row++)
    for (let inner = 0; inner < k; inner++) addScaled(result, row * n, a[row * k + inner] as number, b, inner * n, n)
}

function matmul(node: NodeOf<'matmul'>, a: Float64Array, b: Float64Array): Float64Array {
  const { transposeA, transposeB } = node.attributes
  const [m, n] = node.shape.slice(-2) as [number, number]
  const k = node.inputs[0]?.shape.at(transposeA ? -2 : -1) as number
  const result = new Float64Array(sizeOf(node.shape))
  for (let batch = 0; batch * m * n < result.length; batch++) {
    const [left, right] = [batch * m * k, batch * k * n]
    multiply(
      transposeA ? transposed(a, left, k, m) : a.subarray(left, left + m * k),
      transposeB ? transposed(b, right, n, k) : b.subarray(right, right + k * n),
      result.subarray(batch * m * n, (batch + 1) * m * n),
      k,
      n,
    )
  }
  return result
}

/** Matrix products. */
export const matmulKernels: KernelsOf<'matmul'> = { matmul }
