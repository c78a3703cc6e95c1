import { type Node, ops } from '@lockstep/core'
import { type CasesOf, discrete, type OpCase, smooth } from './op-case.ts'
import { as, bits, integers, normal, of, type Tensor, uniform } from './tensor.ts'

/** Names of the cases of leaves and of the marker of differentiation. */
export interface LeafNames {
  input: 'float32 handed through' | 'int32 handed through' | 'bool handed through' | 'used twice' | 'scalar'
  state: 'handed through' | 'scalar' | 'in a product' | 'large'
  constant:
    | 'scalar'
    | 'float32'
    | 'int32'
    | 'bool'
    | 'handed through'
    | 'long'
    | 'infinite'
    | 'kernel of a convolution'
    | 'indices'
    | 'folded whole'
  random: 'bernoulli' | 'uniform' | 'normal' | 'two streams'
  iota: 'alone' | 'one element' | 'in arithmetic'
  stopGradient: 'blocks one of two paths' | 'keeps the value'
}

const same = (x: Node): Node => x
const handed = (tensor: Tensor): OpCase => discrete(() => ({ operands: [tensor], build: same }))
const product = (a: Node, b: Node): Node => ops.mul(a, b)

export const leafCases: CasesOf<LeafNames> = {
  input: {
    'float32 handed through': handed(of([1, 2.5, -3, 1e-30], [2, 2])),
    'int32 handed through': handed(of([1, -2, 2147483647], [3], 'int32')),
    'bool handed through': handed(of([1, 0, 1], [3], 'bool')),
    'used twice': smooth((random) => ({
      operands: [normal(random, [3, 4])],
      build: (x) => ops.mul(ops.add(same(x as Node), 1), x as Node),
    })),
    scalar: smooth((random) => ({ operands: [normal(random, [])], build: (x) => ops.mul(x as Node, 3) })),
  },
  state: {
    'handed through': discrete((random) => ({ operands: [as('state', normal(random, [5, 3]))], build: same })),
    scalar: smooth((random) => ({ operands: [as('state', normal(random, [])), normal(random, [4])], build: product })),
    'in a product': smooth((random) => ({
      operands: [normal(random, [4, 5]), as('state', normal(random, [5, 3])), as('state', normal(random, [3]))],
      build: (x, kernel, bias) => ops.add(ops.matmul(x as Node, kernel as Node), bias as Node),
    })),
    large: discrete((random) => ({
      operands: [as('state', normal(random, [1031, 1019])), normal(random, [1019])],
      build: product,
    })),
  },
  constant: {
    scalar: smooth((random) => ({
      operands: [normal(random, [3])],
      build: (x) => ops.sub(2.5, ops.mul(x as Node, 0.1)),
    })),
    float32: smooth((random) => ({
      operands: [normal(random, [2, 3]), as('constant', normal(random, [2, 3]))],
      build: product,
    })),
    int32: discrete((random) => ({
      operands: [integers(random, [6], -9, 9), as('constant', integers(random, [6], -9, 9))],
      build: product,
    })),
    bool: smooth((random) => ({
      operands: [as('constant', bits(random, [6])), normal(random, [6]), normal(random, [6])],
      build: (condition, yes, no) => ops.select(condition as Node, yes as Node, no as Node),
    })),
    'handed through': discrete((random) => ({ operands: [as('constant', normal(random, [3, 2]))], build: same })),
    long: smooth((random) => ({
      operands: [normal(random, [999]), as('constant', normal(random, [999]))],
      build: product,
    })),
    infinite: discrete(() => ({
      operands: [of([1, 2, 3])],
      build: (x) =>
        ops.select(ops.less(x as Node, 2), Number.NEGATIVE_INFINITY, ops.max(x as Node, Number.NEGATIVE_INFINITY)),
    })),
    'kernel of a convolution': smooth((random) => ({
      operands: [normal(random, [2, 5, 6, 3]), as('constant', normal(random, [3, 3, 3, 4]))],
      build: (x, kernel) => ops.conv2d(x as Node, kernel as Node, { padding: 'same' }),
    })),
    indices: smooth((random) => ({
      operands: [normal(random, [5, 2]), as('constant', of([4, 0, 0, 3], [4], 'int32'))],
      build: (x, indices) => ops.gather(x as Node, indices as Node),
    })),
    'folded whole': discrete((random) => ({
      operands: [as('constant', normal(random, [4, 3])), as('constant', normal(random, [3]))],
      build: (a, b) => ops.exp(ops.mul(a as Node, b as Node)),
    })),
  },
  random: {
    bernoulli: smooth((random) => ({
      operands: [normal(random, [6, 4]), as('random', bits(random, [6, 4]))],
      build: (x, mask) => ops.select(mask as Node, ops.div(x as Node, 0.8), 0),
    })),
    uniform: smooth((random) => ({
      operands: [normal(random, [6, 4]), as('random', uniform(random, [6, 4], 0, 1))],
      build: product,
    })),
    normal: smooth((random) => ({
      operands: [normal(random, [6, 4]), as('random', normal(random, [6, 4]))],
      build: (x, noise) => ops.mul(x as Node, ops.add(1, noise as Node)),
    })),
    'two streams': discrete((random) => ({
      operands: [as('random', normal(random, [5])), as('random', normal(random, [5]))],
      build: (a, b) => ops.sub(a as Node, ops.mul(b as Node, 2)),
    })),
  },
  iota: {
    alone: discrete(() => ({ operands: [], build: () => ops.iota(7) })),
    'one element': discrete(() => ({ operands: [], build: () => ops.iota(1) })),
    'in arithmetic': discrete((random) => ({
      operands: [integers(random, [4], -9, 9)],
      build: (x) => ops.add(ops.mul(ops.iota(4), 10), x as Node),
    })),
  },
  stopGradient: {
    // Compared with the reference only: to finite differences both paths count.
    'blocks one of two paths': {
      ...smooth((random) => ({
        operands: [normal(random, [3, 4])],
        build: (x) => ops.mul(x as Node, ops.stopGradient(ops.exp(x as Node))),
      })),
      kind: 'kinked',
    },
    'keeps the value': discrete((random) => ({
      operands: [normal(random, [3, 4])],
      build: (x) => ops.add(ops.stopGradient(x as Node), 1),
    })),
  },
}
