import { type Node, type NodeOf, ops } from '@lockstep/core'
import { chooseLayout } from './choose-layout.ts'
import type { Emitter, Emitters } from './emitter.ts'
import { emitFused } from './fused-product.ts'
import type { Lowering } from './lowering.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import { cast } from './shaping.ts'
import type { ElementType, Tensor } from './tensor.ts'

type UnaryOp = 'neg' | 'abs' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'erf' | 'sign' | 'relu'
type BinaryOp = 'sub' | 'mul' | 'pow' | 'min' | 'max' | 'lessEqual' | 'less' | 'equal'

/** Applies an operation to operands that broadcast to one another, in the layout that moves the fewest elements. */
export function emitElementwise(
  node: Node,
  lowering: Lowering,
  apply: (onnx: OnnxGraph, operands: readonly Tensor[]) => Tensor,
): void {
  const layout = chooseLayout(node, lowering)
  const operands = node.inputs.map((operand) => lowering.compact(operand, layout))
  lowering.define(node, apply(lowering.onnx, operands), layout)
}

/** One ONNX operation that broadcasts as NumPy does. */
export function broadcasting(onnx: OnnxGraph, op: string, operands: readonly Tensor[], type?: ElementType): Tensor {
  const shape = operands.map((operand) => operand.shape).reduce((a, b) => ops.broadcastShapes(op, a, b))
  return onnx.add(op, operands, type === undefined ? { shape } : { shape, type })
}

const single =
  <O extends UnaryOp | BinaryOp | 'add' | 'div'>(op: string): Emitter<O> =>
  (node, lowering) =>
    emitElementwise(node as Node, lowering, (onnx, operands) => broadcasting(onnx, op, operands))

/** Comparisons; ONNX orders no bool, so that these compare as numbers. */
const comparison =
  <O extends 'equal' | 'less' | 'lessEqual'>(op: string): Emitter<O> =>
  (node, lowering) =>
    emitElementwise(node as Node, lowering, (onnx, operands) => {
      const numbers = operands.map((operand) => (operand.type === 'bool' ? cast(onnx, operand, 'int32') : operand))
      return broadcasting(onnx, op, numbers, 'bool')
    })

/** What may be done along with a product before it. */
const following =
  <O extends 'add' | 'relu'>(op: string): Emitter<O> =>
  (node, lowering) => {
    const fusion = lowering.fusions.products.get(node as Node)
    if (fusion === undefined) single(op)(node, lowering)
    else emitFused(node as Node, fusion, lowering)
  }

/** ONNX Runtime's own Sigmoid stops falling at −18; this one goes on to 0, and e^∞ makes it 0, not NaN. */
function sigmoid(node: NodeOf<'sigmoid'>, lowering: Lowering): void {
  emitElementwise(node, lowering, (onnx, [x]) => {
    const { shape } = x as Tensor
    const power = onnx.add('Exp', [onnx.add('Neg', [x], { shape })], { shape })
    return onnx.add('Reciprocal', [onnx.add('Add', [power, onnx.scalar(1)], { shape })], { shape })
  })
}

/** Dividing integers by 0 would kill the process; it gives 0. */
function divide(onnx: OnnxGraph, operands: readonly Tensor[]): Tensor {
  const [a, b] = operands as [Tensor, Tensor]
  if (a.type === 'float32') return broadcasting(onnx, 'Div', [a, b])
  const [zero, one] = [0, 1].map((value) => onnx.constant('int32', [], Int32Array.of(value))) as [Tensor, Tensor]
  const isZero = broadcasting(onnx, 'Equal', [b, zero], 'bool')
  const divisor = broadcasting(onnx, 'Where', [isZero, one, b], 'int32')
  const quotient = broadcasting(onnx, 'Div', [a, divisor])
  return broadcasting(onnx, 'Where', [isZero, zero, quotient], 'int32')
}

/** `Where` of bool works on bytes, which ONNX knows as another type. */
function select(onnx: OnnxGraph, operands: readonly Tensor[]): Tensor {
  const [condition, yes, no] = operands as [Tensor, Tensor, Tensor]
  if (yes.type !== 'bool') return broadcasting(onnx, 'Where', operands, yes.type)
  const chosen = [condition, cast(onnx, yes, 'int32'), cast(onnx, no, 'int32')]
  return cast(onnx, broadcasting(onnx, 'Where', chosen, 'int32'), 'bool')
}

/** Elementwise primitives. */
export const elementwiseEmitters: Emitters<UnaryOp | BinaryOp | 'add' | 'div' | 'sigmoid' | 'cast' | 'select'> = {
  neg: single('Neg'),
  abs: single('Abs'),
  exp: single('Exp'),
  log: single('Log'),
  sqrt: single('Sqrt'),
  tanh: single('Tanh'),
  erf: single('Erf'),
  sign: single('Sign'),
  relu: following('Relu'),
  sigmoid,
  cast: (node, lowering) => emitElementwise(node, lowering, (onnx, [x]) => cast(onnx, x as Tensor, node.dtype)),
  add: following('Add'),
  sub: single('Sub'),
  mul: single('Mul'),
  div: (node, lowering) => emitElementwise(node, lowering, divide),
  pow: single('Pow'),
  min: single('Min'),
  max: single('Max'),
  equal: comparison('Equal'),
  less: comparison('Less'),
  lessEqual: comparison('LessOrEqual'),
  select: (node, lowering) => emitElementwise(node, lowering, select),
}
