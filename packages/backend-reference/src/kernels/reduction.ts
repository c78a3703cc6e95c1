import { type Node, type NodeOf, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'
import { offsets, stridesOf } from '../strided.ts'

/** For each element of the operand, where in the result it belongs. */
function targets(x: Node, axes: readonly number[]): Int32Array {
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride))
  return offsets(x.shape, strides)
}

function sum(node: NodeOf<'reduceSum'>, x: Float64Array): Float64Array {
  const to = targets(node.inputs[0] as Node, node.attributes.axes)
  const result = new Float64Array(sizeOf(node.shape))
  for (let at = 0; at < x.length; at++) {
    const target = to[at] as number
    result[target] = (result[target] as number) + (x[at] as number)
  }
  return node.dtype === 'int32' ? result.map((value) => value | 0) : result
}

function maximum(node: NodeOf<'reduceMax'>, x: Float64Array): Float64Array {
  const to = targets(node.inputs[0] as Node, node.attributes.axes)
  const result = new Float64Array(sizeOf(node.shape)).fill(Number.NEGATIVE_INFINITY)
  for (let at = 0; at < x.length; at++) {
    const target = to[at] as number
    result[target] = Math.max(result[target] as number, x[at] as number)
  }
  return result
}

function firstMaximum(node: NodeOf<'argmax'>, x: Float64Array): Float64Array {
  const { shape } = node.inputs[0] as Node
  const { axis } = node.attributes
  const extent = shape[axis] as number
  const inner = sizeOf(shape.slice(axis + 1))
  return new Float64Array(sizeOf(node.shape)).map((_, at) => {
    const start = Math.floor(at / inner) * inner * extent + (at % inner)
    let best = 0
    for (let index = 1; index < extent; index++)
      if ((x[start + index * inner] as number) > (x[start + best * inner] as number)) best = index
    return best
  })
}

/** Reductions. */
export const reductionKernels: KernelsOf<'reduceSum' | 'reduceMax' | 'argmax'> = {
  reduceSum: sum,
  reduceMax: maximum,
  argmax: firstMaximum,
}
