import type { Node, Op } from '../graph/node.ts'
import { f32x4, op, type Value } from '../wasm/index.ts'

type Vector = Value<'v128'>

/**
 * Four elements at a time. Truth is a lane of ones, falsehood of zeros. Minimum, maximum and sign of NaN are NaN, as
 * with JavaScript's `Math`; comparisons with it are false.
 */
const lowerings: Readonly<Partial<Record<Op, (operands: readonly Vector[]) => Vector>>> = {
  broadcast: ([x]) => x as Vector,
  neg: ([x]) => op('f32x4.neg', x as Vector),
  abs: ([x]) => op('f32x4.abs', x as Vector),
  sqrt: ([x]) => op('f32x4.sqrt', x as Vector),
  sign: ([x]) => sign(x as Vector),
  relu: ([x]) => op('f32x4.max', x as Vector, f32x4(0)),
  add: ([a, b]) => op('f32x4.add', a as Vector, b as Vector),
  sub: ([a, b]) => op('f32x4.sub', a as Vector, b as Vector),
  mul: ([a, b]) => op('f32x4.mul', a as Vector, b as Vector),
  div: ([a, b]) => op('f32x4.div', a as Vector, b as Vector),
  min: ([a, b]) => op('f32x4.min', a as Vector, b as Vector),
  max: ([a, b]) => op('f32x4.max', a as Vector, b as Vector),
  equal: ([a, b]) => op('f32x4.eq', a as Vector, b as Vector),
  less: ([a, b]) => op('f32x4.lt', a as Vector, b as Vector),
  lessEqual: ([a, b]) => op('f32x4.le', a as Vector, b as Vector),
  select: ([condition, a, b]) => op('v128.bitselect', a as Vector, b as Vector, condition as Vector),
}

/** Operations that {@link vectorOperation} can express, leaves aside. */
export function hasVectorOperation(node: Node): boolean {
  if (node.op === 'cast') return true
  // Truth as a number would be NaN, which equals nothing.
  const compares = node.op === 'equal' || node.op === 'less' || node.op === 'lessEqual'
  return node.op in lowerings && !(compares && node.inputs.some(({ dtype }) => dtype === 'bool'))
}

/** The instructions of a node that {@link hasVectorOperation}. An operand of `sign` is evaluated several times. */
export function vectorOperation(node: Node, operands: readonly Vector[]): Vector {
  const [x] = operands as readonly [Vector]
  if (node.op === 'cast') return node.dtype === 'bool' ? op('f32x4.ne', x, f32x4(0)) : op('v128.and', x, f32x4(1))
  return (lowerings[node.op] as (operands: readonly Vector[]) => Vector)(operands)
}

/** ±1 by the sign bit where x is above or below zero; x itself where it is ±0 or NaN. */
function sign(x: Vector): Vector {
  const one = op('v128.or', op('v128.and', x, f32x4(-0)), f32x4(1))
  const ordered = op('v128.or', op('f32x4.lt', x, f32x4(0)), op('f32x4.gt', x, f32x4(0)))
  return op('v128.bitselect', one, x, ordered)
}
