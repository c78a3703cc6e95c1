import type { DType, NodeOf, Op } from '@lockstep/core'
import type { Tensor } from '../kernels.ts'
import type { Compute, Lowering, Lowerings, Workshop } from './lowering.ts'

type UnaryOp = 'neg' | 'abs' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'erf' | 'sign' | 'relu'
type BinaryOp = 'add' | 'sub' | 'mul' | 'pow' | 'min' | 'max' | 'equal' | 'less' | 'lessEqual'

const unary =
  <O extends Op>(kernel: string): Lowering<O> =>
  (_, { kernels }) =>
  (x) =>
    kernels.run(kernel, { x })

const binary =
  <O extends Op>(kernel: string): Lowering<O> =>
  (_, { kernels }) =>
  (a, b) =>
    kernels.run(kernel, { a, b })

/** Made of comparisons: some engines take numbers near zero for zero. */
function sign({ dtype }: { readonly dtype: DType }, workshop: Workshop): (x: Tensor) => Tensor {
  const { kernels } = workshop
  const zero = zeroOf(dtype, workshop)
  const holds = (a: Tensor, b: Tensor): Tensor => kernels.run('Cast', { x: kernels.run('Less', { a, b }) }, { dtype })
  return (x) => kernels.run('Sub', { a: holds(zero, x), b: holds(x, zero) })
}

/** Towards zero for int32, where engines only divide towards −∞. */
function divide(node: NodeOf<'div'>, workshop: Workshop): Compute {
  const { kernels } = workshop
  if (node.dtype === 'float32') return (a, b) => kernels.run('RealDiv', { a, b })
  const signOf = sign(node, workshop)
  return (a, b) => {
    const [left, right] = [kernels.run('Abs', { x: a }), kernels.run('Abs', { x: b })]
    const quotient = kernels.run('FloorDiv', { a: left, b: right })
    const signs = kernels.run('Multiply', { a: signOf(a), b: signOf(b) })
    return kernels.run('Multiply', { a: quotient, b: signs })
  }
}

/** To bool by comparison: engines that copy elements into bytes would lose 0.25 and 256. */
function cast({ dtype, inputs }: NodeOf<'cast'>, workshop: Workshop): Compute {
  const { kernels } = workshop
  if (dtype !== 'bool') return (x) => kernels.run('Cast', { x }, { dtype })
  const zero = zeroOf(inputs[0]?.dtype as DType, workshop)
  return (x) => kernels.run('NotEqual', { a: x, b: zero })
}

function zeroOf(dtype: DType, workshop: Workshop): Tensor {
  return dtype === 'int32' ? workshop.constant(new Int32Array(1), []) : workshop.filled(0)
}

/** Of bools as numbers: some engines copy four bytes of each element. */
function select({ dtype }: NodeOf<'select'>, workshop: Workshop): Compute {
  const { kernels } = workshop
  if (dtype !== 'bool') return (condition, t, e) => kernels.run('Select', { condition, t, e })
  const zero = zeroOf('int32', workshop)
  const number = (x: Tensor): Tensor => kernels.run('Cast', { x }, { dtype: 'int32' })
  return (condition, t, e) => {
    const chosen = kernels.run('Select', { condition, t: number(t), e: number(e) })
    return kernels.run('NotEqual', { a: chosen, b: zero })
  }
}

/** Elementwise primitives; all but select take operands that broadcast. */
export const elementwiseLowerings: Lowerings<UnaryOp | BinaryOp | 'div' | 'cast' | 'select'> = {
  neg: unary('Neg'),
  abs: unary('Abs'),
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  tanh: unary('Tanh'),
  sigmoid: unary('Sigmoid'),
  erf: unary('Erf'),
  sign,
  relu: unary('Relu'),
  add: binary('Add'),
  sub: binary('Sub'),
  mul: binary('Multiply'),
  pow: binary('Pow'),
  min: binary('Minimum'),
  max: binary('Maximum'),
  equal: binary('Equal'),
  less: binary('Less'),
  lessEqual: binary('LessEqual'),
  div: divide,
  cast,
  select,
}
