import { type Node, type Shape, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'
import { offsets, pick, put, stridesOf } from '../strided.ts'

type ShapeOp = 'broadcast' | 'reshape' | 'transpose' | 'slice' | 'pad' | 'concat'

const shapeOf = (node: { readonly inputs: readonly Node[] }): Shape => (node.inputs[0] as Node).shape
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] as number), 0)

/** Primitives that only move elements. */
export const shapeKernels: KernelsOf<ShapeOp> = {
  broadcast: (node, x) => {
    const added = node.shape.length - shapeOf(node).length
    const strides = stridesOf(shapeOf(node))
    const stretched = node.shape.map((_, axis) =>
      axis < added || shapeOf(node)[axis - added] === 1 ? 0 : (strides[axis - added] as number),
    )
    return pick(x, offsets(node.shape, stretched))
  },
  reshape: (_, x) => x.slice(),
  transpose: (node, x) => {
    const strides = stridesOf(shapeOf(node))
    const permuted = node.attributes.permutation.map((axis) => strides[axis] as number)
    return pick(x, offsets(node.shape, permuted))
  },
  slice: (node, x) => {
    const strides = stridesOf(shapeOf(node))
    const steps = strides.map((stride, axis) => stride * (node.attributes.strides[axis] as number))
    return pick(x, offsets(node.shape, steps, dot(strides, node.attributes.starts)))
  },
  pad: (node, x) => {
    const strides = stridesOf(node.shape)
    const at = offsets(shapeOf(node), strides, dot(strides, node.attributes.before))
    return put(x, at, new Float64Array(sizeOf(node.shape)).fill(node.attributes.value))
  },
  concat: (node, ...operands) => {
    const strides = stridesOf(node.shape)
    const result = new Float64Array(sizeOf(node.shape))
    const stride = strides[node.attributes.axis] as number
    let start = 0
    for (const [index, { shape }] of node.inputs.entries()) {
      put(operands[index] as Float64Array, offsets(shape, strides, start * stride), result)
      start += shape[node.attributes.axis] as number
    }
    return result
  },
}
