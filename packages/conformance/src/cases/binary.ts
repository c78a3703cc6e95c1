import { type Node, ops, type Shape } from '@lockstep/core'
import type { Random } from '../random.ts'
import { type CasesOf, discrete, fuzz, kinked, large, type OpCase, smooth } from './op-case.ts'
import { integers, normal, of, spaced, type Tensor, tied, uniform } from './tensor.ts'

type Pattern =
  | 'equal shapes'
  | 'scalars'
  | 'scalar left'
  | 'scalar right'
  | 'row'
  | 'column'
  | 'both stretched'
  | 'missing axes'
  | 'random broadcast'
type Arithmetic = Pattern | 'int32' | 'edges'
type Choice = Arithmetic | 'ties' | 'ties in a broadcast' | 'with itself'

/** Names of the cases of elementwise primitives with two operands, comparisons excepted. */
export interface BinaryNames {
  add: Arithmetic | 'large' | 'with itself'
  sub: Arithmetic | 'with itself'
  mul: Arithmetic | 'large' | 'with itself'
  div: Arithmetic | 'int32 truncates'
  pow: Pattern | 'edges' | 'negative base' | 'constant exponents' | 'zero base'
  min: Choice
  max: Choice
}

type Operation = (a: Node, b: Node) => Node
type Values = (random: Random, shape: Shape) => Tensor

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

/** An operation on operands of the given shapes; their values come from one draw, so that spaced ones stay apart. */
const broadcasting = (build: Operation, values: Values, draw: (random: Random) => [Shape, Shape]): OpCase['draw'] => {
  return (random) => {
    const [a, b] = draw(random)
    return { operands: split(values(random, [size(a) + size(b)]), a, b), build }
  }
}

const size = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1)

function split(both: Tensor, a: Shape, b: Shape): [Tensor, Tensor] {
  return [
    { ...both, shape: a, values: both.values.slice(0, size(a)) },
    { ...both, shape: b, values: both.values.slice(size(a)) },
  ]
}

/** Two shapes that stretch to one: every axis is whole or 1 in each, and one of them may lack leading axes. */
export function broadcastable(random: Random): [Shape, Shape] {
  const full = random.shape(random.integer(1, 4))
  const thin = (): Shape => full.map((extent) => (random.next() < 0.4 ? 1 : extent)).slice(random.integer(0, 1))
  return random.next() < 0.5 ? [full, thin()] : [thin(), full]
}

export const patterns = (build: Operation, values: Values): Record<Pattern, OpCase> => {
  const shapes = (a: Shape, b: Shape): OpCase => smooth(broadcasting(build, values, () => [a, b]))
  return {
    'equal shapes': shapes([3, 5], [3, 5]),
    scalars: shapes([], []),
    'scalar left': shapes([], [3, 4]),
    'scalar right': shapes([3, 4], []),
    row: shapes([4, 3], [3]),
    column: shapes([4, 3], [4, 1]),
    'both stretched': shapes([4, 1, 3], [1, 5, 1]),
    'missing axes': shapes([2, 1], [3, 4, 2, 5]),
    'random broadcast': fuzz(broadcasting(build, values, broadcastable)),
  }
}

const int32 = (build: Operation): OpCase =>
  discrete((random) => ({
    operands: [integers(random, [4, 5], -900, 900), integers(random, [5], 1, 30)],
    build,
  }))

const edges = (build: Operation, a: readonly number[], b: readonly number[]): OpCase =>
  discrete(() => ({ operands: [of(a), of(b)], build }))

const large2 = (build: Operation): OpCase =>
  large((random) => ({ operands: [normal(random, [1031, 1019]), normal(random, [1019])], build }))

const withItself = (build: Operation): OpCase =>
  smooth((random) => ({ operands: [spaced(random, [3, 4])], build: (x) => build(x as Node, x as Node) }))

const choice = (build: Operation): Record<Choice, OpCase> => ({
  ...patterns(build, spaced),
  int32: int32(build),
  edges: edges(build, [infinity, -infinity, 1, 0], [1, 1, -infinity, 0]),
  ties: kinked((random) => ({ operands: [tied(random, [6, 6]), tied(random, [6, 6])], build })),
  'ties in a broadcast': kinked((random) => ({ operands: [tied(random, [6, 1, 4]), tied(random, [5, 4])], build })),
  'with itself': withItself(build),
})

const magnitude: Values = (random, shape) => uniform(random, shape, 0.5, 2)

export const binaryCases: CasesOf<BinaryNames> = {
  add: {
    ...patterns(ops.add, normal),
    int32: int32(ops.add),
    edges: edges(ops.add, [infinity, infinity, nan, 3e38], [1, -infinity, 1, 3e38]),
    large: large2(ops.add),
    'with itself': withItself(ops.add),
  },
  sub: {
    ...patterns(ops.sub, normal),
    int32: int32(ops.sub),
    edges: edges(ops.sub, [infinity, infinity, nan, 1], [1, infinity, 1, nan]),
    'with itself': withItself(ops.sub),
  },
  mul: {
    ...patterns(ops.mul, normal),
    int32: int32(ops.mul),
    edges: edges(ops.mul, [infinity, infinity, 0, nan, 1e30], [-1, 0, 5, 0, 1e30]),
    large: large2(ops.mul),
    'with itself': withItself(ops.mul),
  },
  div: {
    ...patterns(ops.div, magnitude),
    int32: int32(ops.div),
    edges: edges(ops.div, [1, -1, 0, infinity, 1], [0, 0, 0, infinity, infinity]),
    'int32 truncates': discrete(() => ({
      operands: [of([7, -7, 7, -7, 0, 1], [6], 'int32'), of([2, 2, -2, -2, 3, -3], [6], 'int32')],
      build: ops.div,
    })),
  },
  pow: {
    ...patterns(ops.pow, magnitude),
    edges: edges(ops.pow, [0, 0, 2, infinity, -2, 4], [0, 3, -1, 0.5, 3, 0.5]),
    'negative base': kinked(() => ({ operands: [of([-2, -1.5, -1, -3]), of([2, 3, 0, -1])], build: ops.pow })),
    'constant exponents': smooth((random) => ({
      operands: [uniform(random, [3, 4], 0.3, 3)],
      build: (x) => [1, 2, 3, 0.5, -0.5, -1].reduce((sum, power) => ops.add(sum, ops.pow(x as Node, power)), x as Node),
    })),
    'zero base': kinked(() => ({ operands: [of([0, 0, 0]), of([1, 2, 3])], build: ops.pow })),
  },
  min: choice(ops.min),
  max: choice(ops.max),
}
