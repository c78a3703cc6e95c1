import { type Pair, sizeOf } from '@lockstep/core'
import type { Geometry } from './geometry.ts'
import type { Compute, Workshop } from './lowering.ts'
import { sumOver } from './reduction.ts'
import { folded, framed, laidOut, positionsOf, tapsOf, type Window, windowOf } from './window.ts'

interface Depthwise {
  readonly window: Window
  readonly taps: number
  readonly positions: number
  readonly channels: number
  /** Output channels for each input channel. */
  readonly multiplier: number
}

function depthwiseOf(geometry: Geometry): Depthwise {
  const size = geometry.kernel.slice(0, 2) as unknown as Pair
  const window = windowOf(geometry.image, geometry.output, { ...geometry, size })
  const channels = geometry.groups
  const multiplier = (geometry.kernel[3] as number) / channels
  return { window, taps: tapsOf(window), positions: positionsOf(window), channels, multiplier }
}

/** Each channel with kernels of its own; the engines' kernel for it knows one stride and no dilation. */
export function depthwise(geometry: Geometry, workshop: Workshop): Compute {
  const { kernels } = workshop
  const { strides, dilations, padding, output } = geometry
  const { window, taps, positions, channels, multiplier } = depthwiseOf(geometry)
  if (strides[0] === strides[1] && dilations.every((dilation) => dilation === 1)) {
    const attributes = { strides, pad: 'valid', dilations, dimRoundingMode: undefined }
    const shape = [...window.size, channels, multiplier]
    return (x, filter) => {
      const inputs = { x: framed(kernels, x, padding), filter: kernels.reshape(filter, shape) }
      return kernels.run('DepthwiseConv2dNative', inputs, attributes)
    }
  }
  const sum = sumOver([taps, sizeOf(output)], [0], false, workshop)
  return (x, filter) => {
    const seen = kernels.reshape(laidOut(kernels, x, window), [taps, positions, channels, 1])
    const weights = kernels.reshape(filter, [taps, 1, channels, multiplier])
    const products = kernels.run('Multiply', { a: seen, b: weights })
    return kernels.reshape(sum(kernels.reshape(products, [taps, sizeOf(output)])), output)
  }
}

/** Every tap's weight times the output's gradient, added to the pixel that the tap saw. */
export function depthwiseInputGradient(geometry: Geometry, { kernels }: Workshop): Compute {
  const { window, taps, positions, channels, multiplier } = depthwiseOf(geometry)
  return (dy, filter) => {
    const weights = kernels.reshape(filter, [taps, 1, channels, multiplier])
    const products = kernels.run('Multiply', {
      a: weights,
      b: kernels.reshape(dy, [1, positions, channels, multiplier]),
    })
    const sums = kernels.run('Sum', { x: products }, { axis: [3], keepDims: false })
    return folded(kernels, sums, window)
  }
}

/** What every tap saw times the output's gradient, summed over all positions. */
export function depthwiseFilterGradient(geometry: Geometry, { kernels }: Workshop): Compute {
  const { window, taps, positions, channels, multiplier } = depthwiseOf(geometry)
  return (x, dy) => {
    const seen = kernels.reshape(laidOut(kernels, x, window), [taps, positions, channels, 1])
    const products = kernels.run('Multiply', { a: seen, b: kernels.reshape(dy, [1, positions, channels, multiplier]) })
    const sums = kernels.run('Sum', { x: products }, { axis: [1], keepDims: false })
    return kernels.reshape(sums, geometry.kernel)
  }
}
