import { type Conv2dAttributes, type Node, type Pair, type Shape, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'
import { addScaled, dot } from '../rows.ts'
import { slide } from '../window.ts'

type Operands = readonly [Node, Node]
/** `[KH, KW, C / groups, K]`. */
type Kernel = readonly [number, number, number, number]

interface Convolution {
  readonly image: Shape
  readonly kernel: Shape
  readonly output: Shape
  readonly attributes: Conv2dAttributes
}

/** Visits the blocks of a kernel with the offsets of the channels they join, one call for each pixel, tap and group. */
function visitBlocks(convolution: Convolution, visit: (x: number, kernel: number, y: number) => void): void {
  const { image, kernel, output, attributes } = convolution
  const [, , inputs, outputs] = kernel as Kernel
  const { groups } = attributes
  const size = kernel.slice(0, 2) as unknown as Pair
  slide({ image, output, size, ...attributes }, (pixel, window, tap) => {
    for (let group = 0; group < groups; group++) {
      const channel = (group * outputs) / groups
      visit((pixel * groups + group) * inputs, tap * inputs * outputs + channel, window * outputs + channel)
    }
  })
}

/** Convolution of NHWC images with HWIO kernels, and its two gradients, which walk the same blocks. */
export const convolutionKernels: KernelsOf<'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'> = {
  conv2d: (node, x, kernel) => {
    const [{ shape: image }, { shape }] = node.inputs as Operands
    const [inputs, outputs, block] = blockOf(shape, node.attributes)
    const y = new Float64Array(sizeOf(node.shape))
    visitBlocks({ image, kernel: shape, output: node.shape, attributes: node.attributes }, (from, weights, to) => {
      for (let i = 0; i < inputs; i++) addScaled(y, to, x[from + i] as number, kernel, weights + i * outputs, block)
    })
    return y
  },
  conv2dInputGradient: (node, dy, kernel) => {
    const [{ shape: output }, { shape }] = node.inputs as Operands
    const [inputs, outputs, block] = blockOf(shape, node.attributes)
    const dx = new Float64Array(sizeOf(node.shape))
    visitBlocks({ image: node.shape, kernel: shape, output, attributes: node.attributes }, (to, weights, from) => {
      for (let i = 0; i < inputs; i++)
        dx[to + i] = (dx[to + i] as number) + dot(dy, from, kernel, weights + i * outputs, block)
    })
    return dx
  },
  conv2dFilterGradient: (node, x, dy) => {
    const [{ shape: image }, { shape: output }] = node.inputs as Operands
    const [inputs, outputs, block] = blockOf(node.shape, node.attributes)
    const dk = new Float64Array(sizeOf(node.shape))
    visitBlocks({ image, kernel: node.shape, output, attributes: node.attributes }, (from, to, gradient) => {
      for (let i = 0; i < inputs; i++) addScaled(dk, to + i * outputs, x[from + i] as number, dy, gradient, block)
    })
    return dk
  },
}

/** Input channels of a group, output channels of all groups, output channels of one group. */
function blockOf(kernel: Shape, { groups }: Conv2dAttributes): [number, number, number] {
  const [, , inputs, outputs] = kernel as Kernel
  return [inputs, outputs, outputs / groups]
}
