import type { OnnxGraph, OnnxNode } from './onnx-graph.ts'
import { cast } from './shaping.ts'
import type { Tensor } from './tensor.ts'

/** Operations that an execution provider may lack, for all types or for some. */
export type Lack = 'sign' | 'intNegation' | 'intSlices' | 'boolMoves' | 'notANumber'

/** How an operation is composed of others. What is emitted may lack in turn. */
interface Substitute {
  applies(node: OnnxNode, output: Tensor): boolean
  /** Emits nodes of which the last gives `output`. */
  emit(onnx: OnnxGraph, node: OnnxNode, output: Tensor): void
}

/** Operations that move elements and leave them as they are. */
const moves: ReadonlySet<string> = new Set(['Identity', 'Transpose', 'Slice', 'Concat', 'Expand', 'Gather', 'Pad'])

const substitutes: Readonly<Record<Lack, Substitute>> = {
  sign: { applies: ({ op }) => op === 'Sign', emit: sign },
  intNegation: {
    applies: ({ op }, { type }) => type === 'int32' && (op === 'Neg' || op === 'Abs'),
    emit: (onnx, node, output) => {
      const [x] = node.inputs
      const operands = [onnx.constant('int32', [], Int32Array.of(0)), x]
      if (node.op === 'Neg') onnx.addNode('Sub', operands, [output])
      else onnx.addNode('Max', [x, onnx.add('Sub', operands, output)], [output])
    },
  },
  intSlices: { applies: ({ op }, { type }) => op === 'Slice' && type === 'int32', emit: gatheredSlice },
  boolMoves: { applies: ({ op }, { type }) => moves.has(op) && type === 'bool', emit: movedNumbers },
  // Where it gives a number for NaN, a training that has diverged looks sound.
  notANumber: {
    applies: ({ op }) => op === 'Exp' || op === 'Log',
    emit: (onnx, node, output) => (node.op === 'Exp' ? exponential : logarithm)(onnx, node, output),
  },
}

/** Composes what is lacking of what is not, in place. */
export function substitute(onnx: OnnxGraph, lacks: readonly Lack[]): void {
  if (lacks.length === 0) return
  for (const node of onnx.nodes.splice(0)) place(onnx, node, lacks)
}

function place(onnx: OnnxGraph, node: OnnxNode, lacks: readonly Lack[]): void {
  const output = node.outputs[0] as Tensor
  const lack = lacks.find((name) => substitutes[name].applies(node, output))
  if (lack === undefined) {
    onnx.nodes.push(node)
    return
  }
  const before = onnx.nodes.length
  substitutes[lack].emit(onnx, node, output)
  const others = lacks.filter((name) => name !== lack)
  for (const emitted of onnx.nodes.splice(before)) place(onnx, emitted, others)
}

/** (0 < x) − (x < 0). */
function sign(onnx: OnnxGraph, { inputs: [x] }: OnnxNode, output: Tensor): void {
  const zero = output.type === 'int32' ? onnx.constant('int32', [], Int32Array.of(0)) : onnx.scalar(0)
  const parts = [
    [zero, x],
    [x, zero],
  ].map((operands) => cast(onnx, onnx.add('Less', operands, { shape: output.shape, type: 'bool' }), output.type))
  onnx.addNode('Sub', parts, [output])
}

/** x where that is NaN. */
function exponential(onnx: OnnxGraph, { inputs: [x] }: OnnxNode, output: Tensor): void {
  const { shape } = output
  const isNumber = onnx.add('Equal', [x, x], { shape, type: 'bool' })
  onnx.addNode('Where', [isNumber, onnx.add('Exp', [x], { shape }), x], [output])
}

/** −∞ at 0, NaN below. */
function logarithm(onnx: OnnxGraph, { inputs: [x] }: OnnxNode, output: Tensor): void {
  const { shape } = output
  const zero = onnx.scalar(0)
  const isZero = onnx.add('Equal', [x, zero], { shape, type: 'bool' })
  const isPositive = onnx.add('Less', [zero, x], { shape, type: 'bool' })
  const otherwise = [onnx.scalar(Number.NEGATIVE_INFINITY), onnx.scalar(Number.NaN)]
  const edges = onnx.add('Where', [isZero, ...otherwise], { shape })
  onnx.addNode('Where', [isPositive, onnx.add('Log', [x], { shape }), edges], [output])
}

function gatheredSlice(onnx: OnnxGraph, { inputs: [x, ...rest] }: OnnxNode, output: Tensor): void {
  const [starts, , axes, steps] = rest.map((tensor) =>
    Array.from(onnx.constants.get(tensor as Tensor) as BigInt64Array, Number),
  ) as [number[], number[], number[], number[]]
  let part = x as Tensor
  for (const [index, axis] of axes.entries()) {
    const extent = output.shape[axis] as number
    const [start, step] = [starts[index] as number, steps[index] as number]
    const indices = Int32Array.from({ length: extent }, (_, at) => start + at * step)
    const inputs = [part, onnx.constant('int32', [extent], indices)]
    const shape = part.shape.map((count, at) => (at === axis ? extent : count))
    part = onnx.add('Gather', inputs, { shape }, { attributes: { axis } })
  }
  onnx.addNode('Identity', [part], [output])
}

/** The same with a number for each bool. */
function movedNumbers(onnx: OnnxGraph, node: OnnxNode, output: Tensor): void {
  const inputs = node.inputs.map((tensor) => (tensor?.type === 'bool' ? cast(onnx, tensor, 'int32') : tensor))
  const options = { attributes: node.attributes, domain: node.domain }
  const moved = onnx.add(node.op, inputs, { shape: output.shape, type: 'int32' }, options)
  onnx.addNode('Cast', [moved], [output], { attributes: { to: 9 } })
}
