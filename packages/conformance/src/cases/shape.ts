import { type Node, ops, type Shape } from '@lockstep/core'
import type { Random } from '../random.ts'
import { broadcastable } from './binary.ts'
import { type CasesOf, discrete, fuzz, large, type OpCase, type Sample, smooth } from './op-case.ts'
import { bits, integers, normal, type Tensor } from './tensor.ts'

/** Names of the cases of primitives that only move elements. */
export interface ShapeNames {
  broadcast:
    | 'scalar'
    | 'row'
    | 'column'
    | 'middle axis'
    | 'added and stretched'
    | 'int32'
    | 'bool'
    | 'random shape'
    | 'large'
  reshape: 'flatten' | 'split' | 'to a scalar' | 'from a scalar' | 'int32' | 'bool' | 'random shape'
  transpose:
    | 'matrix'
    | 'NHWC to NCHW'
    | 'three axes'
    | 'extents of 1'
    | 'five axes'
    | 'int32'
    | 'bool'
    | 'random permutation'
    | 'large'
  slice: 'inner part' | 'strides' | 'one element' | 'stride on an axis cut to 1' | 'int32' | 'bool' | 'random part'
  pad: 'zeros' | 'a value' | 'negative infinity' | 'one side' | 'channels' | 'int32' | 'random'
  concat: 'first axis' | 'last axis' | 'three values' | 'one value twice' | 'extents of 1' | 'int32' | 'bool' | 'random'
}

type Build = (x: Node) => Node
const moved = (shape: Shape, build: Build): OpCase => smooth((random) => ({ operands: [normal(random, shape)], build }))
const whole = (shape: Shape, build: Build): OpCase =>
  discrete((random) => ({ operands: [integers(random, shape, -9, 9)], build }))
const flags = (shape: Shape, build: Build): OpCase => discrete((random) => ({ operands: [bits(random, shape)], build }))
const to =
  (shape: Shape): Build =>
  (x) =>
    ops.broadcast(x, shape)
const as =
  (shape: Shape): Build =>
  (x) =>
    ops.reshape(x, shape)
const permuted =
  (...axes: number[]): Build =>
  (x) =>
    ops.transpose(x, axes)
const joined =
  (axis: number, shapes: readonly Shape[], values: (random: Random, shape: Shape) => Tensor = normal) =>
  (random: Random): Sample => ({
    operands: shapes.map((shape) => values(random, shape)),
    build: (...operands) => ops.concat(operands, axis),
  })

/** A part of a random shape: starts, extents and strides that fit. */
function randomPart(random: Random): Sample {
  const strides = random.shape(random.integer(1, 4), 3)
  const sizes = strides.map(() => random.integer(1, 3))
  const starts = strides.map(() => random.integer(0, 2))
  const shape = sizes.map(
    (size, axis) => (starts[axis] as number) + (size - 1) * (strides[axis] as number) + 1 + random.integer(0, 2),
  )
  return { operands: [normal(random, shape)], build: (x) => ops.slice(x as Node, starts, sizes, strides) }
}

function randomJoin(random: Random): Sample {
  const shape = random.shape(random.integer(1, 4))
  const axis = random.integer(0, shape.length - 1)
  const shapes = Array.from({ length: random.integer(2, 4) }, () =>
    shape.map((extent, at) => (at === axis ? random.integer(1, 4) : extent)),
  )
  return joined(axis, shapes)(random)
}

export const shapeCases: CasesOf<ShapeNames> = {
  broadcast: {
    scalar: moved([], to([3, 4])),
    row: moved([4], to([3, 4])),
    column: moved([3, 1], to([3, 4])),
    'middle axis': moved([2, 1, 3], to([2, 5, 3])),
    'added and stretched': moved([1, 3, 1], to([2, 4, 3, 5])),
    int32: whole([3, 1], to([3, 4])),
    bool: flags([4], to([3, 4])),
    'random shape': fuzz((random) => {
      const [a, b] = broadcastable(random)
      return { operands: [normal(random, b)], build: to(ops.broadcastShapes('case', a, b)) }
    }),
    large: large((random) => ({ operands: [normal(random, [1019])], build: to([1031, 1019]) })),
  },
  reshape: {
    flatten: moved([2, 3, 4], as([2, -1])),
    split: moved([24], as([2, 3, 4])),
    'to a scalar': moved([1, 1], as([])),
    'from a scalar': moved([], as([1, 1, 1])),
    int32: whole([6], as([2, 3])),
    bool: flags([6], as([3, 2])),
    'random shape': fuzz((random) => {
      const shape = random.shape(random.integer(2, 5))
      const cut = random.integer(1, shape.length - 1)
      const tail = shape.slice(cut).reverse()
      return { operands: [normal(random, shape)], build: as([-1, ...tail]) }
    }),
  },
  transpose: {
    matrix: moved([3, 5], permuted(1, 0)),
    'NHWC to NCHW': moved([2, 3, 4, 5], permuted(0, 3, 1, 2)),
    'three axes': moved([2, 3, 4], permuted(2, 0, 1)),
    'extents of 1': moved([1, 3, 1, 2], permuted(2, 3, 0, 1)),
    'five axes': moved([2, 3, 1, 2, 3], permuted(4, 2, 0, 3, 1)),
    int32: whole([3, 4], permuted(1, 0)),
    bool: flags([3, 4], permuted(1, 0)),
    'random permutation': fuzz((random) => {
      const shape = random.shape(random.integer(2, 5))
      return { operands: [normal(random, shape)], build: permuted(...random.permutation(shape.length)) }
    }),
    large: large((random) => ({ operands: [normal(random, [1031, 1019])], build: permuted(1, 0) })),
  },
  slice: {
    'inner part': moved([5, 6], (x) => ops.slice(x, [1, 2], [3, 3])),
    strides: moved([7, 9], (x) => ops.slice(x, [1, 0], [3, 4], [2, 2])),
    'one element': moved([3, 4], (x) => ops.slice(x, [2, 3], [1, 1])),
    'stride on an axis cut to 1': moved([4, 5], (x) => ops.slice(x, [1, 1], [1, 2], [3, 3])),
    int32: whole([6], (x) => ops.slice(x, [1], [2], [3])),
    bool: flags([6], (x) => ops.slice(x, [2], [3])),
    'random part': fuzz(randomPart),
  },
  pad: {
    zeros: moved([3, 4], (x) => ops.pad(x, [1, 2], [2, 1])),
    'a value': moved([3, 4], (x) => ops.pad(x, [1, 0], [0, 2], -1.5)),
    'negative infinity': discrete((random) => ({
      operands: [normal(random, [3])],
      build: (x) => ops.pad(x as Node, [1], [1], Number.NEGATIVE_INFINITY),
    })),
    'one side': moved([2, 3, 2], (x) => ops.pad(x, [0, 0, 0], [0, 4, 0])),
    channels: moved([1, 2, 2, 3], (x) => ops.pad(x, [0, 0, 0, 1], [0, 0, 0, 1])),
    int32: whole([3], (x) => ops.pad(x, [1], [2], 7)),
    random: fuzz((random) => {
      const shape = random.shape(random.integer(1, 4))
      const counts = (): number[] => shape.map(() => random.integer(0, 3))
      const [before, after] = [counts(), counts()]
      return { operands: [normal(random, shape)], build: (x) => ops.pad(x as Node, before, after, 0.5) }
    }),
  },
  concat: {
    'first axis': smooth(
      joined(0, [
        [2, 3],
        [4, 3],
      ]),
    ),
    'last axis': smooth(
      joined(-1, [
        [2, 3],
        [2, 1],
      ]),
    ),
    'three values': smooth(
      joined(1, [
        [2, 1, 3],
        [2, 4, 3],
        [2, 2, 3],
      ]),
    ),
    'one value twice': moved([2, 3], (x) => ops.concat([x, ops.neg(x), x], 1)),
    'extents of 1': smooth(joined(0, [[1], [1], [1], [1]])),
    int32: discrete(joined(0, [[2], [3]], (random, shape) => integers(random, shape, -9, 9))),
    bool: discrete(
      joined(
        1,
        [
          [2, 2],
          [2, 3],
        ],
        bits,
      ),
    ),
    random: fuzz(randomJoin),
  },
}
