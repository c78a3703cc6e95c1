import { makeNode, type Node, type ReduceAttributes, requireDType, type Shape, shapeError, sizeOf } from '../node.ts'
import { cast, mul, sub } from './elementwise.ts'
import { reshape } from './shape.ts'

/** Which axes to reduce (default all; negative count from the end) and whether they stay with extent 1. */
export interface ReduceOptions {
  readonly axes?: readonly number[]
  readonly keepDims?: boolean
}

/** Sum over the axes. */
export function reduceSum(x: Node, options: ReduceOptions = {}): Node {
  return reduce('reduceSum', x, options)
}

/** Maximum over the axes. Equal maxima share the gradient. */
export function reduceMax(x: Node, options: ReduceOptions = {}): Node {
  return reduce('reduceMax', x, options)
}

/** Arithmetic mean over the axes. */
export function reduceMean(x: Node, options: ReduceOptions = {}): Node {
  const sum = reduceSum(x, options)
  const count = sizeOf(x.shape) / sizeOf(sum.shape)
  return count === 1 ? sum : mul(sum, 1 / count)
}

/** Mean and population variance (division by the count) over the axes. */
export function moments(x: Node, options: ReduceOptions): { mean: Node; variance: Node } {
  const centre = reduceMean(x, { ...options, keepDims: true })
  const deviation = sub(x, centre)
  return { mean: reduceMean(x, options), variance: reduceMean(mul(deviation, deviation), options) }
}

/** Position of the (first) maximum along `axis`, as int32; the axis is dropped. */
export function argmax(x: Node, axis = -1): Node {
  const [at] = checkAxes('argmax', x.shape, [axis])
  const shape = x.shape.filter((_, index) => index !== at)
  return makeNode('argmax', [cast(x, 'float32')], { axis: at as number }, shape, 'int32')
}

function reduce(op: 'reduceSum' | 'reduceMax', x: Node, options: ReduceOptions): Node {
  requireDType(op, x, ['float32', 'int32'])
  const axes = checkAxes(op, x.shape, options.axes ?? x.shape.map((_, axis) => axis))
  if (axes.length === 0) return x
  const attributes: ReduceAttributes = { axes, keepDims: options.keepDims ?? false }
  if (axes.every((axis) => x.shape[axis] === 1)) return reshape(x, reducedShape(x.shape, attributes))
  return makeNode(op, [x], attributes, reducedShape(x.shape, attributes), x.dtype)
}

/** The shape that is left after a reduction. */
export function reducedShape(shape: Shape, { axes, keepDims }: ReduceAttributes): Shape {
  return keepDims
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis))
}

function checkAxes(operation: string, shape: Shape, axes: readonly number[]): readonly number[] {
  const positive = axes.map((axis) => (axis < 0 ? axis + shape.length : axis))
  if (positive.some((axis) => !(axis in shape)) || new Set(positive).size !== positive.length) {
    throw shapeError(
      `${operation} over the axes ${JSON.stringify(axes)}`,
      [shape],
      'expected distinct axes within the rank',
    )
  }
  return positive.sort((a, b) => a - b)
}
