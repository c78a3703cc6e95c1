import { type Node, type Shape, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'

/** Visits the pairs (element of the indexed array, element of the picked one) that gather and scatterAdd join. */
function visitPicks(
  shape: Shape,
  axis: number,
  indices: Float64Array,
  visit: (whole: number, part: number) => void,
): void {
  const outer = sizeOf(shape.slice(0, axis))
  const inner = sizeOf(shape.slice(axis + 1))
  for (let block = 0, part = 0; block < outer; block++)
    for (const index of indices) {
      const start = (block * (shape[axis] as number) + index) * inner
      for (let at = 0; at < inner; at++) visit(start + at, part++)
    }
}

/** Primitives that look elements up by int32 indices. */
export const indexingKernels: KernelsOf<'gather' | 'scatterAdd' | 'oneHot'> = {
  gather: (node, x, indices) => {
    const result = new Float64Array(sizeOf(node.shape))
    visitPicks((node.inputs[0] as Node).shape, node.attributes.axis, indices, (whole, part) => {
      result[part] = x[whole] as number
    })
    return result
  },
  scatterAdd: (node, indices, updates) => {
    const result = new Float64Array(sizeOf(node.shape))
    visitPicks(node.shape, node.attributes.axis, indices, (whole, part) => {
      result[whole] = (result[whole] as number) + (updates[part] as number)
    })
    return result
  },
  oneHot: (node, indices) => {
    const depth = node.shape.at(-1) as number
    const result = new Float64Array(sizeOf(node.shape))
    for (const [row, index] of indices.entries()) if (index >= 0 && index < depth) result[row * depth + index] = 1
    return result
  },
}
