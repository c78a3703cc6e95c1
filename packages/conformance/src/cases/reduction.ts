import { type Node, ops, type Shape } from '@lockstep/core'
import type { Random } from '../random.ts'
import { type CasesOf, discrete, fuzz, kinked, large, type OpCase, type Sample, smooth } from './op-case.ts'
import { integers, normal, of, spaced, type Tensor, tied } from './tensor.ts'

type Common =
  | 'all axes'
  | 'first axis'
  | 'last axis'
  | 'middle axis'
  | 'outer axes'
  | 'kept'
  | 'axis of extent 1'
  | 'image axes'
  | 'int32'
  | 'random axes'
  | 'large'

/** Names of the cases of reductions. */
export interface ReductionNames {
  reduceSum: Common | 'to one and back' | 'infinities' | 'cancellation'
  reduceMax: Common | 'ties' | 'ties over two axes' | 'all equal' | 'all negative' | 'negative infinity'
  argmax:
    | 'last axis'
    | 'first axis'
    | 'middle axis'
    | 'first of equals'
    | 'axis of extent 1'
    | 'all negative'
    | 'int32'
    | 'random axis'
    | 'large'
}

type Reduction = (x: Node, options?: ops.ReduceOptions) => Node
type Values = (random: Random, shape: Shape) => Tensor

const over =
  (reduce: Reduction, values: Values, shape: Shape, options?: ops.ReduceOptions) =>
  (random: Random): Sample => ({ operands: [values(random, shape)], build: (x) => reduce(x as Node, options) })

const { NEGATIVE_INFINITY: lowest } = Number

const whole: Values = (random, shape) => integers(random, shape, -50, 50)

function randomAxes(reduce: Reduction, values: Values): OpCase['draw'] {
  return (random) => {
    const shape = random.shape(random.integer(1, 5))
    const axes = random.permutation(shape.length).slice(0, random.integer(1, shape.length))
    return over(reduce, values, shape, { axes, keepDims: random.next() < 0.5 })(random)
  }
}

const common = (reduce: Reduction, values: Values): Record<Common, OpCase> => ({
  'all axes': smooth(over(reduce, values, [3, 4, 2])),
  'first axis': smooth(over(reduce, values, [5, 4], { axes: [0] })),
  'last axis': smooth(over(reduce, values, [5, 4], { axes: [-1] })),
  'middle axis': smooth(over(reduce, values, [3, 5, 2], { axes: [1] })),
  'outer axes': smooth(over(reduce, values, [3, 4, 2], { axes: [0, 2] })),
  kept: smooth(over(reduce, values, [3, 4, 2], { axes: [0, 2], keepDims: true })),
  'axis of extent 1': smooth(over(reduce, values, [4, 1, 3], { axes: [1] })),
  'image axes': smooth(over(reduce, values, [2, 4, 3, 5], { axes: [1, 2] })),
  int32: discrete(over(reduce, whole, [3, 7], { axes: [1] })),
  'random axes': fuzz(randomAxes(reduce, values)),
  large: large(over(reduce, normal, [1031, 1019], { axes: [1] })),
})

const first = (shape: Shape, axis: number, values: Values = spaced): OpCase =>
  discrete((random) => ({ operands: [values(random, shape)], build: (x) => ops.argmax(x as Node, axis) }))

const negative: Values = (random, shape) => {
  const tensor = spaced(random, shape)
  return { ...tensor, values: tensor.values.map((value) => -1 - Math.abs(value)) }
}

export const reductionCases: CasesOf<ReductionNames> = {
  reduceSum: {
    ...common(ops.reduceSum, normal),
    'to one and back': smooth((random) => ({
      operands: [normal(random, [3, 4])],
      build: (x) => ops.mul(x as Node, ops.reduceSum(ops.mul(x as Node, x as Node))),
    })),
    infinities: discrete(() => ({
      operands: [of([1, Number.NaN, 2, Number.POSITIVE_INFINITY, 3, lowest, Number.POSITIVE_INFINITY, 1], [4, 2])],
      build: (x) => ops.reduceSum(x as Node, { axes: [1] }),
    })),
    cancellation: smooth((random) => ({
      operands: [normal(random, [200])],
      build: (x) => ops.reduceSum(ops.concat([x as Node, ops.neg(ops.mul(x as Node, 0.5))], 0)),
    })),
  },
  reduceMax: {
    ...common(ops.reduceMax, spaced),
    // Values drawn from a normal distribution have ties among a million float32.
    ties: kinked(over(ops.reduceMax, tied, [5, 8], { axes: [1] })),
    'ties over two axes': kinked(over(ops.reduceMax, tied, [3, 2, 4, 2], { axes: [1, 2], keepDims: true })),
    'all equal': kinked(() => ({ operands: [of([2, 2, 2, 2, 2, 2], [2, 3])], build: (x) => ops.reduceMax(x as Node) })),
    'all negative': smooth(over(ops.reduceMax, negative, [4, 5], { axes: [0] })),
    'negative infinity': discrete(() => ({
      operands: [of([lowest, -3, lowest, lowest], [2, 2])],
      build: (x) => ops.reduceMax(x as Node, { axes: [1] }),
    })),
  },
  argmax: {
    'last axis': first([4, 6], -1),
    'first axis': first([4, 6], 0),
    'middle axis': first([3, 5, 2], 1),
    'first of equals': first([9, 8], 1, tied),
    'axis of extent 1': first([4, 1], 1),
    'all negative': first([4, 5], 1, negative),
    int32: first([4, 5], 1, whole),
    'random axis': fuzz((random) => {
      const shape = random.shape(random.integer(1, 4))
      const axis = random.integer(0, shape.length - 1)
      return { operands: [tied(random, shape)], build: (x) => ops.argmax(x as Node, axis) }
    }, 'discrete'),
    large: discrete(over((x) => ops.argmax(x, 1), normal, [1031, 1019])),
  },
}
