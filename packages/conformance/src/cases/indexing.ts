import { type Node, ops, type Shape } from '@lockstep/core'
import type { Random } from '../random.ts'
import { type CasesOf, discrete, fuzz, large, type OpCase, type Sample, smooth } from './op-case.ts'
import { bits, integers, normal, of, type Tensor } from './tensor.ts'

type Axes =
  | 'first axis'
  | 'middle axis'
  | 'last axis'
  | 'repeats'
  | 'matrix of indices'
  | 'one index, no axis'
  | 'random'

/** Names of the cases of primitives that look elements up. */
export interface IndexingNames {
  gather: Axes | 'int32' | 'bool' | 'by a computed index' | 'large'
  scatterAdd: Axes | 'not everywhere' | 'large'
  oneHot: 'vector' | 'matrix' | 'one index, no axis' | 'out of range' | 'depth of 1' | 'picks a logit' | 'large'
}

type Draw = (random: Random, shape: Shape, axis: number, indices: Tensor) => Sample

const gather: Draw = (random, shape, axis, indices) => ({
  operands: [normal(random, shape), indices],
  build: (x, at) => ops.gather(x as Node, at as Node, axis),
})

const scatter: Draw = (random, shape, axis, indices) => ({
  operands: [indices, normal(random, [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)])],
  build: (at, updates) => ops.scatterAdd(at as Node, updates as Node, shape, axis),
})

const fixed = (draw: Draw, shape: Shape, axis: number, indices: readonly number[], as?: Shape): OpCase =>
  smooth((random) => draw(random, shape, axis, of(indices, as, 'int32')))

const axes = (draw: Draw): Record<Axes, OpCase> => ({
  'first axis': fixed(draw, [5, 3], 0, [4, 0, 2]),
  'middle axis': fixed(draw, [2, 5, 3], 1, [3, 1]),
  'last axis': fixed(draw, [3, 4], 1, [0, 3, 2]),
  repeats: fixed(draw, [4, 2], 0, [1, 3, 1, 1, 3, 0]),
  'matrix of indices': fixed(draw, [2, 6], 1, [5, 0, 5, 2, 1, 5], [2, 3]),
  'one index, no axis': fixed(draw, [3, 4], 0, [2], []),
  random: fuzz((random) => {
    const shape = random.shape(random.integer(1, 4), 5)
    const axis = random.integer(0, shape.length - 1)
    const at = random.shape(random.integer(0, 2), 4)
    return draw(random, shape, axis, integers(random, at, 0, (shape[axis] as number) - 1))
  }),
})

const hot = (indices: readonly number[], depth: number, shape?: Shape): OpCase =>
  discrete(() => ({ operands: [of(indices, shape, 'int32')], build: (at) => ops.oneHot(at as Node, depth) }))

export const indexingCases: CasesOf<IndexingNames> = {
  gather: {
    ...axes(gather),
    int32: discrete((random) => ({
      operands: [integers(random, [5, 2], -9, 9), integers(random, [4], 0, 4)],
      build: (x, at) => ops.gather(x as Node, at as Node),
    })),
    bool: discrete((random) => ({
      operands: [bits(random, [5]), integers(random, [4], 0, 4)],
      build: (x, at) => ops.gather(x as Node, at as Node),
    })),
    'by a computed index': smooth((random) => ({
      operands: [normal(random, [5, 2]), integers(random, [3], 0, 2)],
      build: (x, at) => ops.gather(x as Node, ops.add(at as Node, ops.iota(3))),
    })),
    large: large((random) => gather(random, [257, 1019], 0, integers(random, [1031], 0, 256))),
  },
  scatterAdd: {
    ...axes(scatter),
    'not everywhere': fixed(scatter, [6, 2], 0, [1, 4]),
    large: large((random) => scatter(random, [257, 1019], 0, integers(random, [1031], 0, 256))),
  },
  oneHot: {
    vector: hot([2, 0, 1, 2], 3),
    matrix: hot([2, 0, 1, 3, 1, 0], 4, [2, 3]),
    'one index, no axis': hot([2], 4, []),
    'out of range': hot([-1, 0, 3, 4, 100, -100], 4),
    'depth of 1': hot([0, 1], 1),
    'picks a logit': smooth((random) => ({
      operands: [normal(random, [6, 5]), integers(random, [6], 0, 4)],
      build: (x, labels) => ops.reduceSum(ops.mul(x as Node, ops.oneHot(labels as Node, 5)), { axes: [1] }),
    })),
    large: discrete((random) => ({
      operands: [integers(random, [1031], -1, 1018)],
      build: (at) => ops.oneHot(at as Node, 1019),
    })),
  },
}
