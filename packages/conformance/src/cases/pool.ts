import { type Node, ops, type Padding2d, type Pool2dAttributes, type Shape } from '@lockstep/core'
import type { Random } from '../random.ts'
import { type CasesOf, discrete, fuzz, kinked, large, type OpCase, type Sample, smooth } from './op-case.ts'
import { normal, spaced, type Tensor, tied } from './tensor.ts'

type Geometry =
  | 'windows side by side'
  | 'windows overlap'
  | 'stride 1'
  | 'rows and columns left over'
  | 'remainder of 2'
  | 'same'
  | 'same, windows overlap'
  | 'same, stride 1'
  | 'uneven padding'
  | 'strides beyond the window'
  | 'different sizes'
  | 'whole image'
  | 'single pixels'
  | 'sixteen channels'
  | '32 channels, rows and columns left over'
  | 'sixteen channels, windows overlap, same'
  | 'sixteen channels, uneven padding'
  | '24 channels'

interface Row extends ops.Pool2dOptions {
  readonly image: Shape
}

const unevenPadding: Padding2d = [
  [2, 0],
  [1, 2],
]

const geometries: Readonly<Record<Geometry, Row>> = {
  'windows side by side': { image: [2, 4, 6, 3], size: 2 },
  'windows overlap': { image: [2, 7, 7, 2], size: 3, strides: 2 },
  'stride 1': { image: [1, 5, 4, 2], size: [3, 2], strides: 1 },
  'rows and columns left over': { image: [2, 5, 7, 2], size: 2 },
  'remainder of 2': { image: [1, 8, 8, 2], size: 3 },
  same: { image: [2, 5, 5, 2], size: 2, padding: 'same' },
  'same, windows overlap': { image: [1, 6, 7, 2], size: 3, strides: 2, padding: 'same' },
  'same, stride 1': { image: [1, 4, 5, 1], size: 3, strides: 1, padding: 'same' },
  'uneven padding': { image: [1, 5, 6, 2], size: 3, strides: 2, padding: unevenPadding },
  'strides beyond the window': { image: [1, 8, 9, 2], size: 2, strides: 3 },
  'different sizes': { image: [1, 6, 9, 2], size: [2, 3], strides: [1, 2] },
  'whole image': { image: [3, 4, 5, 4], size: [4, 5] },
  'single pixels': { image: [1, 3, 3, 2], size: 1, strides: 2 },
  'sixteen channels': { image: [2, 6, 6, 16], size: 2 },
  '32 channels, rows and columns left over': { image: [3, 5, 7, 32], size: [2, 3] },
  'sixteen channels, windows overlap, same': { image: [1, 6, 5, 16], size: 3, strides: 2, padding: 'same' },
  'sixteen channels, uneven padding': { image: [1, 5, 6, 16], size: 3, strides: 2, padding: unevenPadding },
  '24 channels': { image: [2, 4, 4, 24], size: 2 },
}

type AnyGeometry = Geometry | 'random geometry'
type Ties =
  | 'ties'
  | 'ties, sixteen channels'
  | 'ties, windows overlap'
  | 'ties, same'
  | 'all equal'
  | 'all negative, same'

/** Names of the cases of pooling. */
export interface PoolNames {
  maxPool2d: AnyGeometry | Ties | 'after a relu' | 'large'
  maxPool2dGradient: AnyGeometry | Ties
  avgPool2d: AnyGeometry | 'ones stay ones' | 'large'
  avgPool2dGradient: AnyGeometry
}

type Values = (random: Random, shape: Shape) => Tensor
type Draw = (random: Random, image: Shape, options: ops.Pool2dOptions, values: Values) => Sample
type Kind = (draw: OpCase['draw']) => OpCase

const maximum: Draw = (random, image, options, values) => ({
  operands: [values(random, image)],
  build: (x) => ops.maxPool2d(x as Node, options),
})

const average: Draw = (random, image, options, values) => ({
  operands: [values(random, image)],
  build: (x) => ops.avgPool2d(x as Node, options),
})

/** The pooling whose gradient is taken. */
const pooled = (image: Shape, options: ops.Pool2dOptions): Node & { attributes: Pool2dAttributes } =>
  ops.avgPool2d(ops.input('x', image), options) as Node & { attributes: Pool2dAttributes }

const maximumGradient: Draw = (random, image, options, values) => {
  const { shape, attributes } = pooled(image, options)
  return {
    operands: [values(random, image), normal(random, shape)],
    build: (x, dy) => ops.maxPool2dGradient(x as Node, ops.maxPool2d(x as Node, attributes), dy as Node, attributes),
  }
}

const averageGradient: Draw = (random, image, options, values) => {
  const { shape, attributes } = pooled(image, options)
  return {
    operands: [values(random, shape)],
    build: (dy) => ops.avgPool2dGradient(dy as Node, image, attributes),
  }
}

function randomGeometry(draw: Draw, values: Values): OpCase['draw'] {
  return (random) => {
    const size = random.shape(2, 3) as [number, number]
    const strides = random.shape(2, 3) as [number, number]
    const padding = size.map((extent) => [random.integer(0, extent - 1), random.integer(0, extent - 1)]) as never
    const extents = size.map((extent) => extent + random.integer(0, 4))
    return draw(random, [random.integer(1, 3), ...extents, random.integer(1, 3)], { size, strides, padding }, values)
  }
}

function overGeometries(draw: Draw, values: Values, kind: Kind): Record<AnyGeometry, OpCase> {
  const rows = Object.entries(geometries).map(([name, { image, ...options }]) => [
    name,
    kind((random) => draw(random, image, options, values)),
  ])
  const { kind: how } = kind(randomGeometry(draw, values))
  return {
    ...Object.fromEntries(rows),
    'random geometry': fuzz(randomGeometry(draw, values), how),
  } as Record<AnyGeometry, OpCase>
}

const negative: Values = (random, shape) => {
  const tensor = spaced(random, shape)
  return { ...tensor, values: tensor.values.map((value) => -1 - Math.abs(value)) }
}

const ones: Values = (random, shape) => ({ ...normal(random, shape), values: normal(random, shape).values.fill(1) })

const ties = (draw: Draw, kind: Kind): Record<Ties, OpCase> => ({
  ties: kind((random) => draw(random, [2, 6, 6, 3], { size: 2 }, tied)),
  'ties, sixteen channels': kind((random) => draw(random, [3, 5, 6, 16], { size: 2 }, tied)),
  'ties, windows overlap': kind((random) => draw(random, [2, 7, 9, 2], { size: 3, strides: 2 }, tied)),
  'ties, same': kind((random) => draw(random, [2, 5, 6, 2], { size: 3, strides: 2, padding: 'same' }, tied)),
  'all equal': kind((random) => draw(random, [1, 5, 5, 2], { size: 3, strides: 1, padding: 'same' }, ones)),
  // Padding with zeros would win every maximum at the border.
  'all negative, same': kind((random) =>
    draw(random, [2, 5, 5, 2], { size: 3, strides: 2, padding: 'same' }, negative),
  ),
})

export const poolCases: CasesOf<PoolNames> = {
  maxPool2d: {
    ...overGeometries(maximum, spaced, smooth),
    ...ties(maximum, kinked),
    'after a relu': kinked((random) => ({
      operands: [tied(random, [2, 6, 6, 3])],
      build: (x) => ops.maxPool2d(ops.relu(x as Node), { size: 2 }),
    })),
    large: large((random) => maximum(random, [8, 67, 65, 33], { size: 2 }, normal)),
  },
  maxPool2dGradient: { ...overGeometries(maximumGradient, spaced, discrete), ...ties(maximumGradient, discrete) },
  avgPool2d: {
    ...overGeometries(average, normal, smooth),
    // Counting the padding would make less of them at the border.
    'ones stay ones': smooth((random) => average(random, [1, 5, 5, 2], { size: 3, strides: 2, padding: 'same' }, ones)),
    large: large((random) => average(random, [8, 67, 65, 33], { size: 2 }, normal)),
  },
  avgPool2dGradient: overGeometries(averageGradient, normal, smooth),
}
