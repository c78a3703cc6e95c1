import { type DType, type Node, ops } from '@lockstep/core'
import { broadcastable } from './binary.ts'
import { type CasesOf, discrete, fuzz, type OpCase, smooth } from './op-case.ts'
import { bits, integers, normal, of, type Tensor, tied } from './tensor.ts'

type Comparison = 'equal shapes' | 'broadcast' | 'int32' | 'edges' | 'random broadcast'
type Choice = 'equal shapes' | 'scalars' | 'scalar branches' | 'random broadcast'

/** Names of the cases of comparisons, of select and of conversions. */
export interface ComparisonNames {
  equal: Comparison | 'bool'
  less: Comparison
  lessEqual: Comparison
  select: Choice | 'int32' | 'bool' | 'condition broadcast' | 'guards a division by zero' | 'large'
  cast:
    | 'float32 to int32 truncates'
    | 'float32 to bool'
    | 'int32 to float32'
    | 'int32 to bool'
    | 'bool to float32'
    | 'bool to int32'
    | 'there and back'
}

type Operation = (a: Node, b: Node) => Node

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

const comparison = (build: Operation): Record<Comparison, OpCase> => ({
  'equal shapes': discrete((random) => ({ operands: [tied(random, [5, 6]), tied(random, [5, 6])], build })),
  broadcast: discrete((random) => ({ operands: [tied(random, [5, 1]), tied(random, [3])], build })),
  int32: discrete((random) => ({ operands: [integers(random, [9], -2, 2), integers(random, [9], -2, 2)], build })),
  edges: discrete(() => ({
    operands: [of([nan, nan, 1, infinity, -infinity, 0]), of([nan, 1, nan, infinity, infinity, -0])],
    build,
  })),
  'random broadcast': fuzz((random) => {
    const [a, b] = broadcastable(random)
    return { operands: [tied(random, a), tied(random, b)], build }
  }, 'discrete'),
})

const convert = (to: DType, operand: Tensor): OpCase =>
  discrete(() => ({ operands: [operand], build: (x) => ops.cast(x as Node, to) }))

const select = (condition: Node, yes: Node, no: Node): Node => ops.select(condition, yes, no)

export const comparisonCases: CasesOf<ComparisonNames> = {
  equal: {
    ...comparison(ops.equal),
    bool: discrete((random) => ({ operands: [bits(random, [8]), bits(random, [8])], build: ops.equal })),
  },
  less: comparison(ops.less),
  lessEqual: comparison(ops.lessEqual),
  select: {
    'equal shapes': smooth((random) => ({
      operands: [bits(random, [4, 5]), normal(random, [4, 5]), normal(random, [4, 5])],
      build: select,
    })),
    scalars: smooth((random) => ({
      operands: [bits(random, []), normal(random, []), normal(random, [])],
      build: select,
    })),
    'scalar branches': smooth((random) => ({
      operands: [bits(random, [4, 5]), normal(random, [])],
      build: (condition, x) => ops.select(condition as Node, x as Node, -1.5),
    })),
    'condition broadcast': smooth((random) => ({
      operands: [bits(random, [4, 1]), normal(random, [4, 5]), normal(random, [5])],
      build: select,
    })),
    'random broadcast': fuzz((random) => {
      const [a, b] = broadcastable(random)
      return { operands: [bits(random, a), normal(random, b), normal(random, a)], build: select }
    }),
    int32: discrete((random) => ({
      operands: [bits(random, [9]), integers(random, [9], -9, 9), integers(random, [9], -9, 9)],
      build: select,
    })),
    bool: discrete((random) => ({
      operands: [bits(random, [9]), bits(random, [9]), bits(random, [9])],
      build: select,
    })),
    // A select made of products would give NaN here.
    'guards a division by zero': discrete(() => ({
      operands: [of([0, 1, 2, 0])],
      build: (x) => ops.select(ops.equal(x as Node, 0), 7, ops.div(1, x as Node)),
    })),
    large: discrete((random) => ({
      operands: [bits(random, [1031, 1019]), normal(random, [1031, 1019]), normal(random, [1019])],
      build: select,
    })),
  },
  cast: {
    'float32 to int32 truncates': convert('int32', of([-2.75, -2.5, -1.5, -0.75, -0, 0, 0.5, 1.5, 2.5, 2.75, 1e6])),
    'float32 to bool': convert('bool', of([0, -0, 0.25, -3, 1e-30, infinity])),
    'int32 to float32': convert('float32', of([-5, 0, 7, 16777216], [4], 'int32')),
    'int32 to bool': convert('bool', of([-5, 0, 1, 256], [4], 'int32')),
    'bool to float32': convert('float32', of([0, 1, 1, 0], [2, 2], 'bool')),
    'bool to int32': convert('int32', of([0, 1, 1, 0], [2, 2], 'bool')),
    'there and back': discrete(() => ({
      operands: [of([-2.5, -0.5, 0, 0.5, 2.5])],
      build: (x) => ops.cast(ops.cast(ops.cast(x as Node, 'int32'), 'bool'), 'float32'),
    })),
  },
}
