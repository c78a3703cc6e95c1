import { LockstepError } from '../../errors.ts'
import { type DType, makeNode, type Node, requireDType, sameShape } from '../node.ts'
import { constant } from './leaves.ts'
import { broadcast, broadcastShapes } from './shape.ts'

/** A node, or a number that stands for a scalar of the other operand's dtype. */
export type Operand = Node | number

type UnaryOp = 'neg' | 'abs' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'erf' | 'sign' | 'relu'
type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'min' | 'max'
type ComparisonOp = 'equal' | 'less' | 'lessEqual'

const unary =
  (op: UnaryOp) =>
  (x: Node): Node => {
    requireDType(op, x, op === 'neg' || op === 'abs' || op === 'sign' ? ['float32', 'int32'] : ['float32'])
    return makeNode(op, [x], {}, x.shape, x.dtype)
  }

const binary =
  (op: BinaryOp) =>
  (a: Operand, b: Operand): Node => {
    const [left, right] = aligned(op, a, b)
    requireDType(op, left, op === 'pow' ? ['float32'] : ['float32', 'int32'])
    return makeNode(op, [left, right], {}, left.shape, left.dtype)
  }

const comparison =
  (op: ComparisonOp) =>
  (a: Operand, b: Operand): Node => {
    const [left, right] = aligned(op, a, b)
    if (op !== 'equal') requireDType(op, left, ['float32', 'int32'])
    return makeNode(op, [left, right], {}, left.shape, 'bool')
  }

export const neg: (x: Node) => Node = unary('neg')
export const abs: (x: Node) => Node = unary('abs')
export const exp: (x: Node) => Node = unary('exp')
/** Natural logarithm. */
export const log: (x: Node) => Node = unary('log')
export const sqrt: (x: Node) => Node = unary('sqrt')
export const tanh: (x: Node) => Node = unary('tanh')
/** 1 / (1 + e⁻ˣ). */
export const sigmoid: (x: Node) => Node = unary('sigmoid')
/** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf: (x: Node) => Node = unary('erf')
/** −1, 0 or 1. */
export const sign: (x: Node) => Node = unary('sign')
/** max(x, 0); its derivative at 0 is 0. */
export const relu: (x: Node) => Node = unary('relu')

/** Binary operations broadcast as NumPy does: shapes aligned at the last axis, extents of 1 stretched. */
export const add: (a: Operand, b: Operand) => Node = binary('add')
export const sub: (a: Operand, b: Operand) => Node = binary('sub')
export const mul: (a: Operand, b: Operand) => Node = binary('mul')
/** Division; of int32, truncated towards zero. */
export const div: (a: Operand, b: Operand) => Node = binary('div')
/** aᵇ; NaN where a < 0 and b is no integer. Its gradient with respect to b is taken for a > 0 only, else 0. */
export const pow: (a: Operand, b: Operand) => Node = binary('pow')
/** Elementwise minimum. Equal operands share the gradient. */
export const min: (a: Operand, b: Operand) => Node = binary('min')
/** Elementwise maximum. Equal operands share the gradient. */
export const max: (a: Operand, b: Operand) => Node = binary('max')

export const equal: (a: Operand, b: Operand) => Node = comparison('equal')
export const less: (a: Operand, b: Operand) => Node = comparison('less')
export const lessEqual: (a: Operand, b: Operand) => Node = comparison('lessEqual')
export const greater = (a: Operand, b: Operand): Node => less(b, a)
export const greaterEqual = (a: Operand, b: Operand): Node => lessEqual(b, a)

/** `whenTrue` where `condition` holds, else `whenFalse`; broadcasts. The branch not taken gets no gradient. */
export function select(condition: Node, whenTrue: Operand, whenFalse: Operand): Node {
  requireDType('select', condition, ['bool'])
  const [yes, no] = aligned('select', whenTrue, whenFalse)
  const shape = broadcastShapes('select', condition.shape, yes.shape)
  const operands = [condition, yes, no].map((operand) => broadcast(operand, shape))
  return makeNode('select', operands, {}, shape, yes.dtype)
}

/** Converts the dtype: to int32 truncates, to bool compares with zero, from bool gives 0 or 1. */
export function cast(x: Node, dtype: DType): Node {
  return x.dtype === dtype ? x : makeNode('cast', [x], {}, x.shape, dtype)
}

/** The value of `x` as a constant of differentiation: its gradient is zero. */
export function stopGradient(x: Node): Node {
  return makeNode('stopGradient', [x], {}, x.shape, x.dtype)
}

function aligned(op: string, a: Operand, b: Operand): [Node, Node] {
  const left = typeof a === 'number' ? scalarLike(a, b) : a
  const right = typeof b === 'number' ? scalarLike(b, left) : b
  if (left.dtype !== right.dtype) {
    throw new LockstepError(
      'invalid-argument',
      { argument: op },
      `${op} got ${left.dtype} and ${right.dtype}; expected one dtype, use cast(x, dtype)`,
    )
  }
  if (sameShape(left.shape, right.shape)) return [left, right]
  const shape = broadcastShapes(op, left.shape, right.shape)
  return [broadcast(left, shape), broadcast(right, shape)]
}

function scalarLike(value: number, other: Operand): Node {
  return constant(value, [], typeof other === 'number' ? 'float32' : other.dtype)
}
