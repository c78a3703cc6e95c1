import { type Pool2dAttributes, type Shape, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'
import { slide } from '../window.ts'

type Visit = (pixel: number, result: number) => void

/** Visits every element that a window covers, with the window's result of the same channel. */
function visitWindows(image: Shape, output: Shape, attributes: Pool2dAttributes, visit: Visit): void {
  const channels = image[3]
  slide({ image, output, dilations: [1, 1], ...attributes }, (pixel, window) => {
    for (let channel = 0; channel < channels; channel++) visit(pixel * channels + channel, window * channels + channel)
  })
}

function count(image: Shape, output: Shape, attributes: Pool2dAttributes): Float64Array {
  const counts = new Float64Array(sizeOf(output))
  visitWindows(image, output, attributes, (_, to) => counts[to]++)
  return counts
}

/** Pooling over NHWC images; padding takes part in nothing. */
export const poolKernels: KernelsOf<'maxPool2d' | 'maxPool2dGradient' | 'avgPool2d' | 'avgPool2dGradient'> = {
  maxPool2d: (node, x) => {
    const y = new Float64Array(sizeOf(node.shape)).fill(Number.NEGATIVE_INFINITY)
    visitWindows(node.inputs[0].shape, node.shape, node.attributes, (from, to) => {
      y[to] = Math.max(y[to], x[from])
    })
    return y
  },
  maxPool2dGradient: (node, x, y, dy) => {
    const output = node.inputs[1].shape
    const ties = new Float64Array(y.length)
    const dx = new Float64Array(x.length)
    visitWindows(node.shape, output, node.attributes, (at, window) => {
      if (x[at] === y[window]) ties[window]++
    })
    visitWindows(node.shape, output, node.attributes, (at, window) => {
      if (x[at] === y[window]) dx[at] += dy[window] / ties[window]
    })
    return dx
  },
  avgPool2d: (node, x) => {
    const { shape: image } = node.inputs[0]
    const sums = new Float64Array(sizeOf(node.shape))
    visitWindows(image, node.shape, node.attributes, (from, to) => {
      sums[to] += x[from]
    })
    const counts = count(image, node.shape, node.attributes)
    return sums.map((sum, at) => sum / counts[at])
  },
  avgPool2dGradient: (node, dy) => {
    const output = node.inputs[0].shape
    const counts = count(node.shape, output, node.attributes)
    const dx = new Float64Array(sizeOf(node.shape))
    visitWindows(node.shape, output, node.attributes, (to, from) => {
      dx[to] += dy[from] / counts[from]
    })
    return dx
  },
}
