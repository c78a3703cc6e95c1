import { LockstepError } from '../errors.ts'
import { currentScope } from './scope.ts'

/** Element types of graph values. `bool` is held as one byte, 0 or 1. */
export type DType = 'float32' | 'int32' | 'bool'

/** Extents per axis, outermost first; `[]` is a scalar. Always static. */
export type Shape = readonly number[]

export type RandomKind = 'bernoulli' | 'uniform' | 'normal'

/** Zero padding of an image: `[[top, bottom], [left, right]]`. */
export type Padding2d = readonly [readonly [number, number], readonly [number, number]]

export type Pair = readonly [number, number]

/** Geometry of a convolution. Images are NHWC, kernels HWIO with I = channels / groups. */
export interface Conv2dAttributes {
  readonly strides: Pair
  readonly padding: Padding2d
  readonly dilations: Pair
  readonly groups: number
}

/** Geometry of a pooling window over an NHWC image. Padding never takes part in a maximum or an average. */
export interface Pool2dAttributes {
  readonly size: Pair
  readonly strides: Pair
  readonly padding: Padding2d
}

export interface ReduceAttributes {
  /** Sorted, without repeats, all within the rank. */
  readonly axes: readonly number[]
  readonly keepDims: boolean
}

export type Empty = Readonly<Record<never, never>>

/**
 * The primitive operations and their attributes. A backend lowers exactly these; everything else in Lockstep is
 * composed of them.
 */
export interface Operations {
  // Leaves
  input: { readonly name: string }
  state: { readonly name: string }
  constant: { readonly values: Float64Array }
  random: { readonly kind: RandomKind; readonly stream: number; readonly probability: number }
  iota: Empty
  // Elementwise, one operand
  neg: Empty
  abs: Empty
  exp: Empty
  log: Empty
  sqrt: Empty
  tanh: Empty
  sigmoid: Empty
  erf: Empty
  sign: Empty
  relu: Empty
  cast: Empty
  // Elementwise, operands of one shape and dtype
  add: Empty
  sub: Empty
  mul: Empty
  div: Empty
  pow: Empty
  min: Empty
  max: Empty
  equal: Empty
  less: Empty
  lessEqual: Empty
  select: Empty
  // Shape
  broadcast: Empty
  reshape: Empty
  transpose: { readonly permutation: readonly number[] }
  slice: { readonly starts: readonly number[]; readonly strides: readonly number[] }
  pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number }
  concat: { readonly axis: number }
  // Reductions
  reduceSum: ReduceAttributes
  reduceMax: ReduceAttributes
  argmax: { readonly axis: number }
  // Products
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean }
  conv2d: Conv2dAttributes
  conv2dInputGradient: Conv2dAttributes
  conv2dFilterGradient: Conv2dAttributes
  // Pooling
  maxPool2d: Pool2dAttributes
  maxPool2dGradient: Pool2dAttributes
  avgPool2d: Pool2dAttributes
  avgPool2dGradient: Pool2dAttributes
  // Indexing
  gather: { readonly axis: number }
  scatterAdd: { readonly axis: number }
  oneHot: Empty
  // Differentiation
  stopGradient: Empty
}

export type Op = keyof Operations

/** One value of a graph: the result of one primitive operation. Immutable; shared freely between graphs. */
export interface NodeOf<O extends Op> {
  readonly op: O
  readonly inputs: readonly Node[]
  readonly attributes: Operations[O]
  readonly shape: Shape
  readonly dtype: DType
  /** The layer (or loss, metric, …) that made it: for messages only, no part of the graph's identity. */
  readonly scope: string
}

export type Node = { readonly [O in Op]: NodeOf<O> }[Op]

/** Makes a node. Operations validate before they call this; nothing else does. */
export function makeNode<O extends Op>(
  op: O,
  inputs: readonly Node[],
  attributes: Operations[O],
  shape: Shape,
  dtype: DType,
): Node {
  const node: NodeOf<O> = { op, inputs, attributes, shape: Object.freeze([...shape]), dtype, scope: currentScope() }
  return Object.freeze(node) as unknown as Node
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis])
}

/** `[2, 3]` as text. */
export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** Throws unless the dtype of `x` is one of those that the operation is defined for. */
export function requireDType(operation: string, x: Node, allowed: readonly DType[]): void {
  if (allowed.includes(x.dtype)) return
  throw shapeError(`${operation} of ${x.dtype}`, [x.shape], `expected ${allowed.join(' or ')}, use cast(x, dtype)`)
}

/** The error of operands that do not fit: names the layer, the shapes and the way out. */
export function shapeError(
  operation: string,
  shapes: readonly Shape[],
  expected: string,
): LockstepError<'shape-mismatch'> {
  const scope = currentScope()
  const where = scope === '' ? operation : `${scope}: ${operation}`
  const got = shapes.map(showShape).join(' and ')
  return new LockstepError('shape-mismatch', { operation, shapes }, `${where} got ${got}; ${expected}`)
}
