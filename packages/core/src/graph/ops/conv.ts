import { type Conv2dAttributes, makeNode, type Node, type Pair, requireDType, type Shape, shapeError } from '../node.ts'
import { type PaddingMode, type PairLike, pairOf, resolvePadding, slideOver } from './window.ts'

/** Options of {@link conv2d}; one number stands for both axes. */
export interface Conv2dOptions {
  readonly strides?: PairLike
  readonly padding?: PaddingMode
  readonly dilations?: PairLike
  /** Channels are cut into this many groups that do not see one another; the kernel's input extent is channels / groups. */
  readonly groups?: number
}

/**
 * Cross-correlation of images `[N, H, W, C]` with a kernel `[KH, KW, C / groups, K]`, giving `[N, OH, OW, K]`.
 * Output channel k belongs to group ⌊k · groups / K⌋.
 */
export function conv2d(x: Node, kernel: Node, options: Conv2dOptions = {}): Node {
  const groups = options.groups ?? 1
  requireFloats('conv2d', x, kernel)
  checkChannels(x.shape, kernel.shape, groups)
  const [n, h, w] = x.shape as [number, number, number, number]
  const [kh, kw, , k] = kernel.shape as [number, number, number, number]
  const strides = pairOf(options.strides ?? 1)
  const dilations = pairOf(options.dilations ?? 1)
  const padding = resolvePadding(options.padding ?? 'valid', [h, w], [kh, kw], strides, dilations)
  const [oh, ow] = slideOver('conv2d', [h, w], { size: [kh, kw], strides, dilations, padding })
  return makeNode('conv2d', [x, kernel], { strides, padding, dilations, groups }, [n, oh, ow, k], 'float32')
}

/** Gradient of {@link conv2d} with respect to its image of shape `imageShape`, given the output's gradient. */
export function conv2dInputGradient(dy: Node, kernel: Node, imageShape: Shape, attributes: Conv2dAttributes): Node {
  requireFloats('conv2dInputGradient', dy, kernel)
  checkGradient('conv2dInputGradient', dy, imageShape, kernel.shape, attributes)
  return makeNode('conv2dInputGradient', [dy, kernel], attributes, imageShape, 'float32')
}

/** Gradient of {@link conv2d} with respect to its kernel of shape `kernelShape`, summed over the images. */
export function conv2dFilterGradient(x: Node, dy: Node, kernelShape: Shape, attributes: Conv2dAttributes): Node {
  requireFloats('conv2dFilterGradient', x, dy)
  checkGradient('conv2dFilterGradient', dy, x.shape, kernelShape, attributes)
  return makeNode('conv2dFilterGradient', [x, dy], attributes, kernelShape, 'float32')
}

function requireFloats(operation: string, ...operands: readonly Node[]): void {
  for (const operand of operands) requireDType(operation, operand, ['float32'])
}

function checkChannels(image: Shape, kernel: Shape, groups: number): void {
  const channels = image[3] ?? 0
  const fits =
    image.length === 4 &&
    kernel.length === 4 &&
    Number.isInteger(groups) &&
    groups >= 1 &&
    kernel[2] === channels / groups &&
    (kernel[3] as number) % groups === 0
  if (fits) return
  throw shapeError(
    `conv2d with ${groups} group(s)`,
    [image, kernel],
    'expected an image [N, H, W, C] and a kernel [KH, KW, C / groups, K] with K a multiple of groups',
  )
}

function checkGradient(operation: string, dy: Node, image: Shape, kernel: Shape, attributes: Conv2dAttributes): void {
  checkChannels(image, kernel, attributes.groups)
  const [n, h, w] = image as [number, number, number, number]
  const size = kernel.slice(0, 2) as unknown as Pair
  const [oh, ow] = slideOver(operation, [h, w], { size, ...attributes })
  const expected = [n, oh, ow, kernel[3] as number]
  if (expected.every((extent, axis) => extent === dy.shape[axis]) && dy.shape.length === 4) return
  throw shapeError(operation, [dy.shape, image, kernel], `expected a gradient of shape [${expected.join(', ')}]`)
}
