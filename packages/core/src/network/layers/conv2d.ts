import { shapeError } from '../../graph/node.ts'
import { conv2d as convolve } from '../../graph/ops/conv.ts'
import type { PairLike } from '../../graph/ops/window.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { checkedPair, imageShape, oneOf, positiveInteger } from '../option-checks.ts'
import { type KernelOptions, kernelParts } from './kernel-options.ts'

/** Options of {@link conv2d}; where one number is given it counts for height and width. */
export interface Conv2dOptions extends KernelOptions {
  /** Channels of the result. */
  readonly filters: number
  readonly kernelSize: PairLike
  /** Default 1. */
  readonly strides?: PairLike
  /** `valid` (default): no padding; `same`: at stride 1 the extents stay. */
  readonly padding?: 'valid' | 'same'
  /** Distance of the kernel's elements in the image; default 1. */
  readonly dilationRate?: PairLike
  /** Channels are cut into this many groups that do not see one another; default 1. */
  readonly groups?: number
}

/**
 * Convolution of images `[height, width, channels]` with a kernel `[kh, kw, channels / groups, filters]`, plus bias
 * `[filters]`, activated.
 */
export const conv2d: LayerFactory<Conv2dOptions> = defineLayer('Conv2D', (options: Conv2dOptions) => {
  const filters = positiveInteger('conv2d', 'filters', options.filters)
  const kernelSize = checkedPair('conv2d', 'kernelSize', options.kernelSize)
  const strides = checkedPair('conv2d', 'strides', options.strides ?? 1)
  const padding = oneOf('conv2d', 'padding', options.padding ?? 'valid', ['valid', 'same'])
  const dilations = checkedPair('conv2d', 'dilationRate', options.dilationRate ?? 1)
  const groups = positiveInteger('conv2d', 'groups', options.groups ?? 1)
  const parts = kernelParts(options)
  return {
    config: { filters, kernelSize, strides, padding, dilationRate: dilations, groups, ...parts.config },
    weights: ([shape]) => {
      const channels = imageShape('conv2d', shape)[2]
      if (channels % groups !== 0 || filters % groups !== 0) {
        throw shapeError(
          `conv2d with ${filters} filters in ${groups} groups on samples`,
          [shape],
          'expected channels and filters to be multiples of groups',
        )
      }
      return { kernel: parts.kernel([...kernelSize, channels / groups, filters]), bias: parts.bias(filters) }
    },
    call: ([x], { kernel, bias }) => parts.finish(convolve(x, kernel, { strides, padding, dilations, groups }), bias),
  }
})
