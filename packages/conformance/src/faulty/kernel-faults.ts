import { type Kernels, reference, referenceKernels as right } from '@lockstep/backend-reference'
import type { Node, NodeOf, Op, Padding2d } from '@lockstep/core'
import type { TestId } from '../backend-tests.ts'
import type { Fault } from './fault.ts'

const fault = (mistake: string, kernels: Partial<Kernels>, ...caughtBy: [TestId, ...TestId[]]): Fault => ({
  mistake,
  backend: () => reference(kernels),
  caughtBy,
})

/** The node with other attributes. */
const having = <O extends Op>(node: NodeOf<O>, attributes: Partial<NodeOf<O>['attributes']>): NodeOf<O> => ({
  ...node,
  attributes: { ...node.attributes, ...attributes },
})

const swapped = ([[top, bottom], [left, rest]]: Padding2d): Padding2d => [
  [bottom, top],
  [rest, left],
]

/** Mistakes inside a primitive, except pooling. */
export const kernelFaults: readonly Fault[] = [
  fault(
    'matmul ignores transposeB where the shapes allow it',
    {
      matmul: (node, a, b) => {
        const [rows, columns] = (node.inputs[1] as Node).shape.slice(-2)
        return right.matmul(rows === columns ? having(node, { transposeB: false }) : node, a, b)
      },
    },
    'matmul: B transposed, square (forward)',
  ),
  fault(
    'matmul uses the first matrix of a batch for all',
    {
      matmul: (node, a, b) => {
        const size =
          b.length / (node.inputs[1] as Node).shape.slice(0, -2).reduce((product, extent) => product * extent, 1)
        return right.matmul(
          node,
          a,
          b.map((_, at) => b[at % size] as number),
        )
      },
    },
    'matmul: batch (forward)',
    'training: embedding and masked attention',
  ),
  fault(
    'reduceSum drops the last element',
    { reduceSum: (node, x) => right.reduceSum(node, x.with(-1, 0)) },
    'reduceSum: all axes (forward)',
    'add: row (gradient)',
    'training: dense layers with dropout',
  ),
  fault(
    'reduceMax begins at zero',
    { reduceMax: (node, x) => right.reduceMax(node, x).map((value) => Math.max(value, 0)) },
    'reduceMax: all negative (forward)',
    'reduceMax: negative infinity (forward)',
  ),
  fault(
    'argmax takes the last of equals',
    {
      argmax: (node, x) =>
        right.argmax(
          node,
          x.map((value, at) => value + at * 1e-9),
        ),
    },
    'argmax: first of equals (forward)',
    'argmax: random axis (forward)',
  ),
  fault(
    'cast to int32 rounds',
    { cast: (node, x) => right.cast(node, node.dtype === 'int32' ? x.map(Math.round) : x) },
    'cast: float32 to int32 truncates (forward)',
  ),
  fault(
    'cast to int32 rounds down',
    { cast: (node, x) => right.cast(node, node.dtype === 'int32' ? x.map(Math.floor) : x) },
    'cast: float32 to int32 truncates (forward)',
    'cast: there and back (forward)',
  ),
  fault(
    'cast to bool truncates first',
    { cast: (node, x) => right.cast(node, node.dtype === 'bool' ? x.map(Math.trunc) : x) },
    'cast: float32 to bool (forward)',
  ),
  fault(
    'int32 division rounds down',
    {
      div: (node, a, b) =>
        node.dtype === 'int32' ? a.map((value, at) => Math.floor(value / (b[at] as number))) : right.div(node, a, b),
    },
    'div: int32 truncates (forward)',
  ),
  fault(
    'less holds for equals',
    { less: (node, a, b) => right.lessEqual(node as never, a, b) },
    'less: equal shapes (forward)',
    'less: int32 (forward)',
  ),
  fault(
    'select multiplies with the condition',
    {
      select: (_, condition, yes, no) =>
        condition.map((holds, at) => holds * (yes[at] as number) + (1 - holds) * (no[at] as number)),
    },
    'select: guards a division by zero (forward)',
  ),
  fault(
    'slice ignores strides',
    { slice: (node, x) => right.slice(having(node, { strides: node.shape.map(() => 1) }), x) },
    'slice: strides (forward)',
    'slice: int32 (forward)',
    'slice: random part (forward)',
  ),
  fault(
    'pad ignores the value',
    { pad: (node, x) => right.pad(having(node, { value: 0 }), x) },
    'pad: a value (forward)',
    'pad: int32 (forward)',
  ),
  fault(
    'conv2d puts the odd row of padding first',
    {
      conv2d: (node, x, kernel) => right.conv2d(having(node, { padding: swapped(node.attributes.padding) }), x, kernel),
    },
    'conv2d: same, even kernel (forward)',
    'conv2d: uneven padding (forward)',
  ),
  fault(
    'conv2d ignores dilations in its filter gradient',
    {
      conv2dFilterGradient: (node, x, dy) => right.conv2dFilterGradient(having(node, { dilations: [1, 1] }), x, dy),
    },
    'conv2d: dilation (gradient)',
    'conv2d: depthwise, strides and dilation (gradient)',
    'conv2dFilterGradient: dilation (forward)',
  ),
  fault(
    'gather reads the first axis as if it were asked for',
    {
      gather: (node, x, indices) => {
        const { shape } = node.inputs[0] as Node
        const last = (shape[0] as number) - 1
        const clamped = indices.map((index) => Math.min(index, last))
        return right.gather(node, x, node.attributes.axis === 0 ? indices : clamped)
      },
    },
    'gather: middle axis (forward)',
  ),
  fault(
    'scatterAdd overwrites where indices repeat',
    {
      scatterAdd: (node, indices, updates) => {
        const seen = indices.map((index, at) => (indices.indexOf(index, at + 1) === -1 ? 1 : 0))
        const inner = updates.length / indices.length
        const first = node.attributes.axis === 0
        return right.scatterAdd(
          node,
          indices,
          updates.map((value, at) => (first ? value * (seen[Math.floor(at / inner)] as number) : value)),
        )
      },
    },
    'scatterAdd: repeats (forward)',
    'gather: repeats (gradient)',
    'training: embedding and masked attention',
  ),
  fault(
    'oneHot counts negative indices from the end',
    {
      oneHot: (node, indices) => {
        const depth = node.shape.at(-1) as number
        return right.oneHot(
          node,
          indices.map((index) => (index < 0 ? index + depth : index)),
        )
      },
    },
    'oneHot: out of range (forward)',
  ),
  fault(
    'exp has 12 bits',
    { exp: (node, x) => right.exp(node, x).map((value) => Number(value.toPrecision(4))) },
    'exp: matrix (forward)',
    'exp: matrix (gradient)',
  ),
  fault(
    'add leaves out the last part of a large tensor',
    { add: (node, a, b) => right.add(node, a, b).fill(0, 2 ** 20) },
    'add: large (forward)',
  ),
]
