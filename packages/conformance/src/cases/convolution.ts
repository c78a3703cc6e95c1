import { type Conv2dAttributes, type Node, ops, type Padding2d, type Shape } from '@lockstep/core'
import type { Random } from '../random.ts'
import { type CasesOf, fuzz, large, type OpCase, type Sample, smooth } from './op-case.ts'
import { normal } from './tensor.ts'

type Geometry =
  | 'valid'
  | 'same'
  | 'same, even kernel'
  | 'same, strides'
  | 'strides'
  | 'strides leave a remainder'
  | 'stride 3, remainders 1 and 2'
  | 'strides beyond the kernel'
  | 'different strides'
  | 'uneven padding'
  | 'padding beyond the kernel'
  | 'dilation'
  | 'dilation, same'
  | 'dilation and strides'
  | 'groups'
  | 'groups and strides'
  | 'depthwise'
  | 'depthwise, multiplier 2'
  | 'depthwise, strides and dilation'
  | 'pointwise'
  | 'pointwise, strides'
  | 'kernel as large as the image'
  | 'one row'
  | 'single everything'
  | 'sixteen channels'
  | 'sixteen channels, strides'
  | 'sixteen channels, dilation'
  | 'sixteen channels, uneven padding'
  | 'sixteen channels, padding beyond the kernel'
  | 'five channels to sixteen'
  | 'seventeen channels to 48'
  | '24 channels to sixteen'
  | 'sixteen channels to 24'
  | '48 channels, pointwise'
  | 'sixteen images'
  | 'sixteen images, strides and padding'
  | '32 images of three channels, dilation'
  | 'sixteen large images'
  | '32 large images, strides and padding'

interface Row extends ops.Conv2dOptions {
  readonly image: Shape
  readonly kernel: Shape
}

const geometries: Readonly<Record<Geometry, Row>> = {
  valid: { image: [2, 6, 7, 3], kernel: [3, 3, 3, 4] },
  same: { image: [2, 5, 6, 3], kernel: [3, 3, 3, 4], padding: 'same' },
  'same, even kernel': { image: [2, 5, 6, 2], kernel: [2, 4, 2, 3], padding: 'same' },
  'same, strides': { image: [2, 7, 6, 2], kernel: [3, 3, 2, 3], padding: 'same', strides: 2 },
  strides: { image: [1, 7, 9, 2], kernel: [3, 3, 2, 3], strides: 2 },
  'strides leave a remainder': { image: [1, 8, 10, 2], kernel: [3, 3, 2, 3], strides: 2, padding: around(1, 1, 1, 1) },
  'stride 3, remainders 1 and 2': {
    image: [1, 10, 10, 1],
    kernel: [2, 2, 1, 2],
    strides: 3,
    padding: around(1, 1, 0, 0),
  },
  'strides beyond the kernel': { image: [2, 9, 9, 2], kernel: [2, 2, 2, 2], strides: 4 },
  'different strides': { image: [1, 6, 7, 2], kernel: [3, 2, 2, 3], strides: [1, 2] },
  'uneven padding': { image: [1, 5, 5, 2], kernel: [3, 3, 2, 2], padding: around(0, 2, 1, 0) },
  'padding beyond the kernel': { image: [1, 3, 3, 1], kernel: [2, 2, 1, 2], padding: around(3, 2, 2, 3) },
  dilation: { image: [1, 8, 9, 2], kernel: [3, 2, 2, 3], dilations: [2, 3] },
  'dilation, same': { image: [1, 7, 8, 2], kernel: [3, 3, 2, 2], dilations: 2, padding: 'same' },
  'dilation and strides': {
    image: [1, 9, 10, 1],
    kernel: [3, 3, 1, 2],
    dilations: 2,
    strides: 2,
    padding: around(2, 1, 1, 2),
  },
  groups: { image: [2, 5, 5, 6], kernel: [3, 3, 2, 9], groups: 3 },
  'groups and strides': { image: [1, 7, 6, 4], kernel: [3, 3, 2, 4], groups: 2, strides: 2, padding: 'same' },
  depthwise: { image: [2, 5, 6, 4], kernel: [3, 3, 1, 4], groups: 4 },
  'depthwise, multiplier 2': { image: [1, 5, 6, 3], kernel: [3, 2, 1, 6], groups: 3, padding: 'same' },
  'depthwise, strides and dilation': {
    image: [1, 8, 8, 3],
    kernel: [2, 2, 1, 3],
    groups: 3,
    strides: 2,
    dilations: 2,
  },
  pointwise: { image: [2, 4, 3, 5], kernel: [1, 1, 5, 4] },
  'pointwise, strides': { image: [2, 5, 4, 3], kernel: [1, 1, 3, 2], strides: 2 },
  'kernel as large as the image': { image: [2, 4, 5, 2], kernel: [4, 5, 2, 3] },
  'one row': { image: [2, 1, 8, 3], kernel: [1, 3, 3, 2], padding: 'same' },
  'single everything': { image: [1, 1, 1, 1], kernel: [1, 1, 1, 1] },
  'sixteen channels': { image: [2, 5, 5, 16], kernel: [3, 3, 16, 32] },
  'sixteen channels, strides': { image: [1, 9, 8, 16], kernel: [3, 3, 16, 32], strides: 2, padding: 'same' },
  'sixteen channels, dilation': { image: [3, 7, 8, 32], kernel: [3, 2, 32, 16], dilations: [2, 3] },
  'sixteen channels, uneven padding': { image: [1, 5, 6, 16], kernel: [3, 3, 16, 16], padding: around(0, 2, 1, 0) },
  'sixteen channels, padding beyond the kernel': {
    image: [1, 3, 3, 16],
    kernel: [2, 2, 16, 16],
    padding: around(3, 2, 2, 3),
  },
  'five channels to sixteen': { image: [3, 6, 5, 5], kernel: [3, 3, 5, 16], padding: 'same' },
  'seventeen channels to 48': { image: [1, 4, 5, 17], kernel: [2, 3, 17, 48], padding: 'same' },
  '24 channels to sixteen': { image: [2, 4, 4, 24], kernel: [3, 3, 24, 16] },
  'sixteen channels to 24': { image: [2, 4, 4, 16], kernel: [3, 3, 16, 24] },
  '48 channels, pointwise': { image: [2, 3, 2, 48], kernel: [1, 1, 48, 32], strides: [1, 2] },
  'sixteen images': { image: [16, 4, 5, 16], kernel: [3, 3, 16, 16] },
  'sixteen images, strides and padding': {
    image: [16, 5, 4, 16],
    kernel: [3, 2, 16, 16],
    strides: [2, 1],
    padding: around(0, 1, 2, 1),
  },
  '32 images of three channels, dilation': {
    image: [32, 5, 6, 3],
    kernel: [2, 3, 3, 16],
    dilations: 2,
    padding: around(1, 0, 1, 1),
  },
  'sixteen large images': { image: [16, 10, 34, 8], kernel: [3, 3, 8, 64] },
  '32 large images, strides and padding': {
    image: [32, 12, 33, 3],
    kernel: [3, 2, 3, 64],
    strides: [2, 1],
    padding: 'same',
  },
}

function around(top: number, bottom: number, left: number, right: number): Padding2d {
  return [
    [top, bottom],
    [left, right],
  ]
}

type Gradient = Geometry | 'random geometry' | 'random channels'

/** Names of the cases of convolution and its gradients, which are primitives with gradients of their own. */
export interface ConvolutionNames {
  conv2d: Gradient | 'large'
  conv2dInputGradient: Gradient
  conv2dFilterGradient: Gradient
}

type Draw = (random: Random, image: Shape, kernel: Shape, options: ops.Conv2dOptions) => Sample

const forward: Draw = (random, image, kernel, options) => ({
  operands: [normal(random, image), normal(random, kernel)],
  build: (x, weights) => ops.conv2d(x as Node, weights as Node, options),
})

/** Shape and attributes of the convolution whose gradient is taken. */
function geometryOf(image: Shape, kernel: Shape, options: ops.Conv2dOptions): [Shape, Conv2dAttributes] {
  const y = ops.conv2d(ops.input('x', image), ops.input('kernel', kernel), options)
  return [y.shape, y.attributes as Conv2dAttributes]
}

const inputGradient: Draw = (random, image, kernel, options) => {
  const [output, attributes] = geometryOf(image, kernel, options)
  return {
    operands: [normal(random, output), normal(random, kernel)],
    build: (dy, weights) => ops.conv2dInputGradient(dy as Node, weights as Node, image, attributes),
  }
}

const filterGradient: Draw = (random, image, kernel, options) => {
  const [output, attributes] = geometryOf(image, kernel, options)
  return {
    operands: [normal(random, image), normal(random, output)],
    build: (x, dy) => ops.conv2dFilterGradient(x as Node, dy as Node, kernel, attributes),
  }
}

interface Extents {
  readonly images: number
  readonly groups: number
  /** Per group. */
  readonly inputs: number
  readonly outputs: number
}

function randomGeometry(draw: Draw, extents: (random: Random) => Extents): OpCase['draw'] {
  return (random) => {
    const { images, groups, inputs, outputs } = extents(random)
    const size = random.shape(2, 3) as [number, number]
    const dilations = random.shape(2, 2) as [number, number]
    const strides = random.shape(2, 3) as [number, number]
    const padding = [0, 1].map(() => [random.integer(0, 2), random.integer(0, 2)]) as never
    const pixels = size.map((extent, axis) => (extent - 1) * (dilations[axis] as number) + random.integer(1, 5))
    const image = [images, ...pixels, inputs * groups]
    const kernel = [...size, inputs, outputs * groups]
    return draw(random, image, kernel, { groups, strides, dilations, padding })
  }
}

const fewChannels = (random: Random): Extents => {
  const [images, inputs, outputs] = random.shape(3, 3) as [number, number, number]
  return { images, groups: random.integer(1, 3), inputs, outputs }
}

/** Counts that fill vectors, and their neighbours. */
const manyChannels = (random: Random): Extents => {
  const one = (counts: readonly number[]): number => counts[random.integer(0, counts.length - 1)] as number
  return { images: one([1, 3, 16]), groups: 1, inputs: one([8, 15, 16, 17, 32]), outputs: one([8, 16, 24, 32]) }
}

function overGeometries(draw: Draw): Record<Gradient, OpCase> {
  const rows = Object.entries(geometries).map(([name, { image, kernel, ...options }]) => [
    name,
    smooth((random) => draw(random, image, kernel, options)),
  ])
  return {
    ...Object.fromEntries(rows),
    'random geometry': fuzz(randomGeometry(draw, fewChannels)),
    'random channels': fuzz(randomGeometry(draw, manyChannels)),
  } as Record<Gradient, OpCase>
}

export const convolutionCases: CasesOf<ConvolutionNames> = {
  conv2d: {
    ...overGeometries(forward),
    large: large((random) => forward(random, [32, 33, 32, 3], [3, 3, 3, 31], { padding: 'same' })),
  },
  conv2dInputGradient: overGeometries(inputGradient),
  conv2dFilterGradient: overGeometries(filterGradient),
}
