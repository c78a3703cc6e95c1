import { type Conv2dAttributes, type Node, type Shape, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'
import { addProduct, transposed } from '../product.ts'
import { slide } from '../window.ts'

type Operands = readonly [Node, Node]

interface Convolution {
  readonly image: Shape
  /** `[KH, KW, C / groups, K]`. */
  readonly kernel: Shape
  readonly output: Shape
  readonly attributes: Conv2dAttributes
}

/** `count` pixels that a tap joins with as many windows, for one group of channels. */
interface Run {
  readonly count: number
  readonly tap: number
  /** First element of the first pixel, and the distance to the next one. */
  readonly x: number
  readonly stepX: number
  /** First element of the first window's result, and the distance to the next one: the output channels of all groups. */
  readonly y: number
  readonly stepY: number
  /** Channels of the group, and the first of its output channels. */
  readonly inputs: number
  readonly outputs: number
  readonly channel: number
}

function visitRuns({ image, kernel, output, attributes }: Convolution, visit: (run: Run) => void): void {
  const [height, width, inputs, stepY] = kernel as readonly [number, number, number, number]
  const { groups, strides } = attributes
  const [channels, outputs] = [inputs * groups, stepY / groups]
  const stepX = strides[1] * channels
  slide({ image, output, size: [height, width], ...attributes }, (pixel, window, count, tap) => {
    for (let group = 0; group < groups; group++) {
      const channel = group * outputs
      const [x, y] = [pixel * channels + group * inputs, window * stepY + channel]
      visit({ count, tap, x, stepX, y, stepY, inputs, outputs, channel })
    }
  })
}

/** Convolution of NHWC images with HWIO kernels, and its two gradients: a product of matrices for every run. */
export const convolutionKernels: KernelsOf<'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'> = {
  conv2d: (node, images, weights) => {
    const [{ shape: image }, { shape: kernel }] = node.inputs as Operands
    const result = new Float64Array(sizeOf(node.shape))
    visitRuns({ image, kernel, output: node.shape, attributes: node.attributes }, (run) => {
      const { count, inputs, outputs } = run
      const pixels = { elements: images, start: run.x, row: run.stepX, column: 1 }
      const tap = { elements: weights, start: run.tap * inputs * run.stepY + run.channel, row: run.stepY }
      addProduct({ elements: result, start: run.y, row: run.stepY }, pixels, tap, [count, inputs, outputs])
    })
    return result
  },
  conv2dInputGradient: (node, dy, weights) => {
    const [{ shape: output }, { shape: kernel }] = node.inputs as Operands
    const row = sizeOf(kernel.slice(0, 3))
    const turned = transposed(weights, 0, row, kernel[3] as number)
    const result = new Float64Array(sizeOf(node.shape))
    visitRuns({ image: node.shape, kernel, output, attributes: node.attributes }, (run) => {
      const { count, inputs, outputs } = run
      const windows = { elements: dy, start: run.y, row: run.stepY, column: 1 }
      const tap = { elements: turned, start: run.channel * row + run.tap * inputs, row }
      addProduct({ elements: result, start: run.x, row: run.stepX }, windows, tap, [count, outputs, inputs])
    })
    return result
  },
  conv2dFilterGradient: (node, images, dy) => {
    const [{ shape: image }, { shape: output }] = node.inputs as Operands
    const result = new Float64Array(sizeOf(node.shape))
    visitRuns({ image, kernel: node.shape, output, attributes: node.attributes }, (run) => {
      const { count, inputs, outputs } = run
      const tap = { elements: result, start: run.tap * inputs * run.stepY + run.channel, row: run.stepY }
      const pixels = { elements: images, start: run.x, row: 1, column: run.stepX }
      addProduct(tap, pixels, { elements: dy, start: run.y, row: run.stepY }, [inputs, count, outputs])
    })
    return result
  },
}
