import type { GradientRules } from '../gradient-rules.ts'
import type { Node, Shape } from '../node.ts'
import { reduceSum } from '../ops/reduce.ts'
import { broadcast, pad, reshape, slice, transpose } from '../ops/shape.ts'

type ShapeOp = 'broadcast' | 'reshape' | 'transpose' | 'slice' | 'pad' | 'concat'

const shapeOf = (node: Node, index = 0): Shape => (node.inputs[index] as Node).shape

/** Rules of the primitives that only move elements. */
export const shapeRules: GradientRules<ShapeOp> = {
  broadcast: (node, gradient) => [sumTo(gradient, shapeOf(node))],
  reshape: (node, gradient) => [reshape(gradient, shapeOf(node))],
  transpose: (node, gradient) => [transpose(gradient, inverse(node.attributes.permutation))],
  slice: (node, gradient) => {
    const { starts, strides } = node.attributes
    const spread = strides.reduce((value, stride, axis) => spreadOut(value, axis, stride), gradient)
    const after = shapeOf(node).map(
      (extent, axis) => extent - (starts[axis] as number) - (spread.shape[axis] as number),
    )
    return [pad(spread, starts, after)]
  },
  pad: (node, gradient) => [slice(gradient, node.attributes.before, shapeOf(node))],
  concat: (node, gradient) => {
    const { axis } = node.attributes
    let start = 0
    return node.inputs.map(({ shape }) => {
      const starts = shape.map((_, at) => (at === axis ? start : 0))
      start += shape[axis] as number
      return slice(gradient, starts, shape)
    })
  },
}

/** Sums a gradient back to the shape that was broadcast: over added axes and over stretched ones. */
function sumTo(gradient: Node, shape: Shape): Node {
  const added = gradient.shape.length - shape.length
  const stretched = gradient.shape.flatMap((extent, axis) =>
    axis >= added && shape[axis - added] === extent ? [] : [axis],
  )
  return reshape(reduceSum(gradient, { axes: stretched }), shape)
}

function inverse(permutation: readonly number[]): number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis))
}

/** Puts stride − 1 zeros between neighbours on one axis. */
function spreadOut(x: Node, axis: number, stride: number): Node {
  if (stride === 1) return x
  const extent = x.shape[axis] as number
  const [outer, inner] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)]
  const column = reshape(x, [...outer, extent, 1, ...inner])
  const zeros = column.shape.map(() => 0)
  const padded = pad(
    column,
    zeros,
    column.shape.map((_, at) => (at === axis + 1 ? stride - 1 : 0)),
  )
  const flat = reshape(padded, [...outer, extent * stride, ...inner])
  return slice(
    flat,
    flat.shape.map(() => 0),
    [...outer, (extent - 1) * stride + 1, ...inner],
  )
}

/** A reduced value stretched back over the axes it lost. */
export function unreduce(reduced: Node, shape: Shape, axes: readonly number[]): Node {
  return broadcast(
    reshape(
      reduced,
      shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
    ),
    shape,
  )
}
