import type { Conv2dAttributes, NodeOf, Padding2d, Shape } from '@lockstep/core'

export type ConvolutionOp = 'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'

/** Of a convolution whose result, or one of whose gradients, is computed. */
export interface Geometry extends Conv2dAttributes {
  /** `[N, H, W, C]`. */
  readonly image: Shape
  /** `[KH, KW, C / groups, K]`. */
  readonly kernel: Shape
  /** `[N, OH, OW, K]`. */
  readonly output: Shape
}

export const unpadded: Padding2d = [
  [0, 0],
  [0, 0],
]

export function geometryOf({ op, inputs, attributes, shape }: NodeOf<ConvolutionOp>): Geometry {
  const [a, b] = inputs.map((input) => input.shape) as [Shape, Shape]
  if (op === 'conv2d') return { ...attributes, image: a, kernel: b, output: shape }
  if (op === 'conv2dInputGradient') return { ...attributes, image: shape, kernel: b, output: a }
  return { ...attributes, image: a, kernel: shape, output: b }
}

/** The convolution within one group. */
export function ofGroup({ image, kernel, output, groups, ...rest }: Geometry): Geometry {
  const share = (shape: Shape): Shape => shape.with(3, (shape[3] as number) / groups)
  return { ...rest, image: share(image), kernel: share(kernel), output: share(output), groups: 1 }
}

/** Every channel is a group of its own. */
export function isDepthwise({ image, groups }: Geometry): boolean {
  return groups > 1 && groups === image[3]
}
