import { type Node, ops, type Shape } from '@lockstep/core'
import type { Random } from '../random.ts'
import { type CasesOf, discrete, fuzz, kinked, type OpCase, smooth } from './op-case.ts'
import { integers, normal, of, spaced, type Tensor, uniform } from './tensor.ts'

type Common = 'matrix' | 'scalar' | 'random shape' | 'edges'

/** Names of the cases of elementwise primitives with one operand. */
export interface UnaryNames {
  neg: Common | 'int32'
  abs: Common | 'int32' | 'at zero'
  exp: Common | 'large'
  log: Common
  sqrt: Common
  tanh: Common | 'large' | 'small values'
  sigmoid: Common
  erf: Common | 'dense'
  sign: Common | 'int32'
  relu: Common | 'at zero' | 'large'
}

type Operation = (x: Node) => Node
type Values = (random: Random, shape: Shape) => Tensor

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

const unary = (build: Operation, values: Values, edges: readonly number[]): Record<Common, OpCase> => ({
  matrix: smooth((random) => ({ operands: [values(random, [5, 7])], build })),
  scalar: smooth((random) => ({ operands: [values(random, [])], build })),
  'random shape': fuzz((random) => ({ operands: [values(random, random.shape(random.integer(1, 5)))], build })),
  edges: discrete(() => ({ operands: [of(edges)], build })),
})

const int32 = (build: Operation): OpCase =>
  discrete((random) => ({ operands: [integers(random, [4, 5], -1000, 1000)], build }))

const atZero = (build: Operation): OpCase => kinked(() => ({ operands: [of([0, -0, 1, -1, 0])], build }))

const many = (build: Operation): OpCase =>
  discrete((random) => ({ operands: [uniform(random, [1031, 1019], -4, 4)], build }))

const positive: Values = (random, shape) => uniform(random, shape, 0.05, 6)

export const unaryCases: CasesOf<UnaryNames> = {
  neg: { ...unary(ops.neg, normal, [0, infinity, -infinity, nan, 3e38]), int32: int32(ops.neg) },
  abs: {
    ...unary(ops.abs, spaced, [0, infinity, -infinity, nan, -3e38]),
    int32: int32(ops.abs),
    'at zero': atZero(ops.abs),
  },
  exp: { ...unary(ops.exp, normal, [0, 1, 88, 100, -87, -200, infinity, -infinity, nan]), large: many(ops.exp) },
  log: unary(ops.log, positive, [0, 1, 1e-30, 1e30, infinity, -1, -infinity, nan]),
  sqrt: unary(ops.sqrt, positive, [0, 1, 1e-30, 1e30, infinity, -1, nan]),
  tanh: {
    ...unary(ops.tanh, normal, [0, 1e-6, 9, -9, 20, -100, infinity, -infinity, nan]),
    large: many(ops.tanh),
    'small values': smooth((random) => ({ operands: [normal(random, [40], 1e-3)], build: ops.tanh })),
  },
  sigmoid: unary(ops.sigmoid, normal, [0, 10, -10, 50, -50, 200, -200, infinity, -infinity, nan]),
  erf: {
    ...unary(ops.erf, normal, [0, 1e-6, 3, -3, 6, -10, infinity, -infinity, nan]),
    dense: smooth(() => ({ operands: [of(Array.from({ length: 129 }, (_, at) => (at - 64) / 16))], build: ops.erf })),
  },
  sign: { ...unary(ops.sign, spaced, [0, 1e-30, -1e-30, infinity, -infinity]), int32: int32(ops.sign) },
  relu: {
    ...unary(ops.relu, spaced, [0, 1e-30, -1e-30, infinity, -infinity]),
    'at zero': atZero(ops.relu),
    large: many(ops.relu),
  },
}
