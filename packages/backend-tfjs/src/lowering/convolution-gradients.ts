import type { Padding2d, Pair } from '@lockstep/core'
import type { Kernels } from '../kernels.ts'
import { convolve } from './convolve.ts'
import { type Geometry, unpadded } from './geometry.ts'
import type { Compute, Workshop } from './lowering.ts'
import { framed, spreadOut } from './window.ts'

/** The kernels know no dilation. */
function hasKernels(kernels: Kernels, { dilations }: Geometry): boolean {
  return kernels.traits.convolutionGradients && dilations.every((dilation) => dilation === 1)
}

const kernelAttributes = { pad: 'valid', dataFormat: 'NHWC', dimRoundingMode: undefined } as const

/** Both axes of an image: the distance between the first and the last pixel that a window sees. */
function reachOf({ kernel, dilations }: Geometry): Pair {
  return [0, 1].map((axis) => ((kernel[axis] as number) - 1) * (dilations[axis] as number)) as unknown as Pair
}

/**
 * The output's gradient, its pixels as far apart as the window went, convolved with the kernel turned round: a
 * convolution again.
 */
export function inputGradient(geometry: Geometry, { kernels }: Workshop): Compute {
  if (hasKernels(kernels, geometry)) return inputGradientKernel(geometry, kernels)
  const { image, output, strides, padding, dilations } = geometry
  const around = reachOf(geometry).map((reach, axis) => {
    const before = reach - (padding[axis] as Pair)[0]
    const spread = (output[axis + 1] as number) * (strides[axis] as number)
    return [before, (image[axis + 1] as number) + reach - before - spread]
  }) as unknown as Padding2d
  return (dy, filter) => {
    const turned = kernels.transpose(kernels.run('Reverse', { x: filter }, { dims: [0, 1] }), [0, 1, 3, 2])
    const spread = framed(kernels, spreadOut(kernels, dy, strides), around)
    return convolve(kernels, spread, turned, { strides: [1, 1], dilations, padding: unpadded })
  }
}

function inputGradientKernel({ image, strides, padding }: Geometry, kernels: Kernels): Compute {
  const [n, h, w, c] = image as [number, number, number, number]
  const [[top, bottom], [left, right]] = padding
  const attributes = { ...kernelAttributes, strides, inputShape: [n, h + top + bottom, w + left + right, c] }
  const back: Padding2d = [
    [-top, -bottom],
    [-left, -right],
  ]
  return (dy, filter) => framed(kernels, kernels.run('Conv2DBackpropInput', { dy, filter }, attributes), back)
}

/**
 * Images take the place of channels, and channels that of images: convolved with the output's gradient as a kernel
 * they give the gradient. Stride and dilation change their roles.
 */
export function filterGradient(geometry: Geometry, { kernels }: Workshop): Compute {
  if (hasKernels(kernels, geometry)) return filterGradientKernel(geometry, kernels)
  const { image, output, strides, padding, dilations } = geometry
  const used = reachOf(geometry).map((reach, axis) => {
    const before = (padding[axis] as Pair)[0]
    const span = ((output[axis + 1] as number) - 1) * (strides[axis] as number) + reach + 1
    // What no window reaches is cut off: the kernel would get more rows than it has.
    return [before, span - before - (image[axis + 1] as number)]
  }) as unknown as Padding2d
  return (x, dy) => {
    const images = kernels.transpose(framed(kernels, x, used), [3, 1, 2, 0])
    const filter = kernels.transpose(dy, [1, 2, 0, 3])
    const product = convolve(kernels, images, filter, { strides: dilations, dilations: strides, padding: unpadded })
    return kernels.transpose(product, [1, 2, 0, 3])
  }
}

function filterGradientKernel({ kernel, strides, padding }: Geometry, kernels: Kernels): Compute {
  const attributes = { ...kernelAttributes, strides, filterShape: kernel }
  return (x, dy) => kernels.run('Conv2DBackpropFilter', { x: framed(kernels, x, padding), dy }, attributes)
}
