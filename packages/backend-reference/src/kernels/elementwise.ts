import type { DType, NodeOf, Op } from '@lockstep/core'
import type { Kernel, KernelsOf } from '../kernels.ts'
import { erf } from './erf.ts'

type UnaryOp = 'neg' | 'abs' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'erf' | 'sign' | 'relu' | 'cast'
type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'min' | 'max' | 'equal' | 'less' | 'lessEqual'
type Binary = (a: number, b: number) => number

const unary =
  <O extends Op>(f: (x: number) => number): Kernel<O> =>
  (_, x) =>
    x.map((value) => f(value))

const zip = (f: Binary, a: Float64Array, b: Float64Array): Float64Array =>
  a.map((value, at) => f(value, b[at] as number))

const binary =
  <O extends Op>(f: Binary): Kernel<O> =>
  (_, a, b) =>
    zip(f, a, b)

/** Arithmetic of int32 wraps around at 32 bits. */
const arithmetic =
  <O extends Op>(float: Binary, integer: Binary): Kernel<O> =>
  (node, a, b) =>
    zip(node.dtype === 'int32' ? integer : float, a, b)

const compare = <O extends Op>(holds: (a: number, b: number) => boolean): Kernel<O> =>
  binary((a, b) => (holds(a, b) ? 1 : 0))

const casts: Readonly<Record<DType, (x: number) => number>> = {
  float32: (x) => x,
  int32: (x) => Math.trunc(x),
  bool: (x) => (x === 0 ? 0 : 1),
}

/** Elementwise primitives; NaN and infinities follow IEEE 754. */
export const elementwiseKernels: KernelsOf<UnaryOp | BinaryOp | 'select'> = {
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  tanh: unary(Math.tanh),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  erf: unary(erf),
  sign: unary(Math.sign),
  relu: unary((x) => Math.max(x, 0)),
  cast: (node: NodeOf<'cast'>, x) => x.map((value) => casts[node.dtype](value)),
  add: arithmetic(
    (a, b) => a + b,
    (a, b) => (a + b) | 0,
  ),
  sub: arithmetic(
    (a, b) => a - b,
    (a, b) => (a - b) | 0,
  ),
  mul: arithmetic((a, b) => a * b, Math.imul),
  div: arithmetic(
    (a, b) => a / b,
    (a, b) => (a / b) | 0,
  ),
  pow: binary(Math.pow),
  min: binary(Math.min),
  max: binary(Math.max),
  equal: compare((a, b) => a === b),
  less: compare((a, b) => a < b),
  lessEqual: compare((a, b) => a <= b),
  select: (_, condition, yes, no) => condition.map((holds, at) => (holds !== 0 ? yes : no)[at] as number),
}
