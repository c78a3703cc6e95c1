import { type Conv2dAttributes, type Node, type Shape, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'
import { addProducts, transposed } from '../rows.ts'
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

/** Convolution of NHWC images with HWIO kernels, and its two gradients, which walk the same runs. */
export const convolutionKernels: KernelsOf<'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'> = {
  conv2d: (node, images, weights) => {
    const [{ shape: image }, { shape: kernel }] = node.inputs as Operands
    const result = new Float64Array(sizeOf(node.shape))
    visitRuns({ image, kernel, output: node.shape, attributes: node.attributes }, (run) => {
      const rows = { elements: weights, start: run.tap * run.inputs * run.stepY + run.channel, stride: run.stepY }
      for (let at = 0; at < run.count; at++) {
        const factors = { elements: images, start: run.x + at * run.stepX, stride: 1 }
        addProducts(result, run.y + at * run.stepY, run.outputs, factors, rows, run.inputs)
      }
    })
    return result
  },
  conv2dInputGradient: (node, dy, weights) => {
    const [{ shape: output }, { shape: kernel }] = node.inputs as Operands
    const stride = sizeOf(kernel.slice(0, 3))
    const turned = transposed(weights, 0, stride, kernel[3] as number)
    const result = new Float64Array(sizeOf(node.shape))
    visitRuns({ image: node.shape, kernel, output, attributes: node.attributes }, (run) => {
      const rows = { elements: turned, start: run.channel * stride + run.tap * run.inputs, stride }
      for (let at = 0; at < run.count; at++) {
        const factors = { elements: dy, start: run.y + at * run.stepY, stride: 1 }
        addProducts(result, run.x + at * run.stepX, run.inputs, factors, rows, run.outputs)
      }
    })
    return result
  },
  conv2dFilterGradient: (node, images, dy) => {
    const [{ shape: image }, { shape: output }] = node.inputs as Operands
    const result = new Float64Array(sizeOf(node.shape))
    visitRuns({ image, kernel: node.shape, output, attributes: node.attributes }, (run) => {
      const rows = { elements: dy, start: run.y, stride: run.stepY }
      for (let input = 0; input < run.inputs; input++) {
        const factors = { elements: images, start: run.x + input, stride: run.stepX }
        const weight = (run.tap * run.inputs + input) * run.stepY + run.channel
        addProducts(result, weight, run.outputs, factors, rows, run.count)
      }
    })
    return result
  },
}
