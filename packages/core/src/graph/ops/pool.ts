import {
  makeNode,
  type Node,
  type Pair,
  type Pool2dAttributes,
  requireDType,
  type Shape,
  sameShape,
  shapeError,
} from '../node.ts'
import { relu } from './elementwise.ts'
import { type PaddingMode, type PairLike, pairOf, resolvePadding, slideOver } from './window.ts'

/** Options of the pooling operations; one number stands for both axes. Strides default to the size. */
export interface Pool2dOptions {
  readonly size: PairLike
  readonly strides?: PairLike
  readonly padding?: PaddingMode
}

/** Maximum over each window of `[N, H, W, C]`. Equal maxima of a window share the gradient equally. */
export function maxPool2d(x: Node, options: Pool2dOptions): Node {
  // A maximum and a ReLU commute exactly, values and gradients alike; after the pooling both ReLU passes are smaller.
  if (x.op === 'relu') return relu(maxPool2d(x.inputs[0] as Node, options))
  return pool('maxPool2d', x, options)
}

/** Mean over each window of `[N, H, W, C]`; padding is not counted. */
export function avgPool2d(x: Node, options: Pool2dOptions): Node {
  return pool('avgPool2d', x, options)
}

/** Gradient of {@link maxPool2d} with respect to `x`, given its result `y` and that result's gradient. */
export function maxPool2dGradient(x: Node, y: Node, dy: Node, attributes: Pool2dAttributes): Node {
  for (const operand of [x, y, dy]) requireDType('maxPool2dGradient', operand, ['float32'])
  for (const result of [y, dy]) checkGradient('maxPool2dGradient', result, x.shape, attributes)
  return makeNode('maxPool2dGradient', [x, y, dy], attributes, x.shape, 'float32')
}

/** Gradient of {@link avgPool2d} with respect to its image of shape `imageShape`. */
export function avgPool2dGradient(dy: Node, imageShape: Shape, attributes: Pool2dAttributes): Node {
  requireDType('avgPool2dGradient', dy, ['float32'])
  checkGradient('avgPool2dGradient', dy, imageShape, attributes)
  return makeNode('avgPool2dGradient', [dy], attributes, imageShape, 'float32')
}

function pool(op: 'maxPool2d' | 'avgPool2d', x: Node, options: Pool2dOptions): Node {
  requireDType(op, x, ['float32'])
  if (x.shape.length !== 4) throw shapeError(op, [x.shape], 'expected images [N, H, W, C]')
  const [, h, w] = x.shape as [number, number, number, number]
  const size = pairOf(options.size)
  const strides = pairOf(options.strides ?? size)
  const padding = resolvePadding(options.padding ?? 'valid', [h, w], size, strides, [1, 1])
  const attributes = { size, strides, padding }
  return makeNode(op, [x], attributes, pooledShape(op, x.shape, attributes), 'float32')
}

function pooledShape(operation: string, image: Shape, attributes: Pool2dAttributes): Shape {
  const [n, h, w, c] = image as [number, number, number, number]
  const [oh, ow]: Pair = slideOver(operation, [h, w], { ...attributes, dilations: [1, 1] })
  const [vertical, horizontal] = attributes.padding
  const emptyWindow =
    [...vertical].some((p) => p >= attributes.size[0]) || [...horizontal].some((p) => p >= attributes.size[1])
  if (emptyWindow) throw shapeError(operation, [image, attributes.size], 'expected padding smaller than the window')
  return [n, oh, ow, c]
}

function checkGradient(operation: string, dy: Node, image: Shape, attributes: Pool2dAttributes): void {
  if (image.length !== 4) throw shapeError(operation, [image], 'expected images [N, H, W, C]')
  const expected = pooledShape(operation, image, attributes)
  if (!sameShape(dy.shape, expected))
    throw shapeError(operation, [dy.shape, image], `expected results of shape [${expected.join(', ')}]`)
}
