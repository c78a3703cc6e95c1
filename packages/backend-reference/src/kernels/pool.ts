import { type Node, type Pool2dAttributes, type Shape, sizeOf } from '@lockstep/core'
import type { KernelsOf } from '../kernels.ts'
import { type Image, slide } from '../window.ts'

type Visit = (pixel: number, result: number) => void

/** Visits every element that a window covers, with the window's result of the same channel. */
function visitWindows(image: Shape, output: Shape, attributes: Pool2dAttributes, visit: Visit): void {
  const [, , , channels] = image as Image
  slide({ image, output, dilations: [1, 1], ...attributes }, (pixel, window, count) => {
    for (let at = 0; at < count; at++)
      for (let channel = 0; channel < channels; channel++)
        visit((pixel + at * attributes.strides[1]) * channels + channel, (window + at) * channels + channel)
  })
}

function count(image: Shape, output: Shape, attributes: Pool2dAttributes): Float64Array {
  const counts = new Float64Array(sizeOf(output))
  visitWindows(image, output, attributes, (_, to) => {
    counts[to] = (counts[to] as number) + 1
  })
  return counts
}

/** Pooling over NHWC images; padding takes part in nothing. */
export const poolKernels: KernelsOf<'maxPool2d' | 'maxPool2dGradient' | 'avgPool2d' | 'avgPool2dGradient'> = {
  maxPool2d: (node, x) => {
    const y = new Float64Array(sizeOf(node.shape)).fill(Number.NEGATIVE_INFINITY)
    visitWindows((node.inputs[0] as Node).shape, node.shape, node.attributes, (from, to) => {
      y[to] = Math.max(y[to] as number, x[from] as number)
    })
    return y
  },
  maxPool2dGradient: (node, x, y, dy) => {
    const output = (node.inputs[1] as Node).shape
    const ties = new Float64Array(y.length)
    const dx = new Float64Array(x.length)
    visitWindows(node.shape, output, node.attributes, (at, window) => {
      if (x[at] === y[window]) ties[window] = (ties[window] as number) + 1
    })
    visitWindows(node.shape, output, node.attributes, (at, window) => {
      if (x[at] === y[window]) dx[at] = (dx[at] as number) + (dy[window] as number) / (ties[window] as number)
    })
    return dx
  },
  avgPool2d: (node, x) => {
    const { shape: image } = node.inputs[0] as Node
    const sums = new Float64Array(sizeOf(node.shape))
    visitWindows(image, node.shape, node.attributes, (from, to) => {
      sums[to] = (sums[to] as number) + (x[from] as number)
    })
    const counts = count(image, node.shape, node.attributes)
    return sums.map((sum, at) => sum / (counts[at] as number))
  },
  avgPool2dGradient: (node, dy) => {
    const output = (node.inputs[0] as Node).shape
    const counts = count(node.shape, output, node.attributes)
    const dx = new Float64Array(sizeOf(node.shape))
    visitWindows(node.shape, output, node.attributes, (to, from) => {
      dx[to] = (dx[to] as number) + (dy[from] as number) / (counts[from] as number)
    })
    return dx
  },
}
