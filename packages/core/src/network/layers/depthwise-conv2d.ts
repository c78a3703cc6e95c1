import { conv2d } from '../../graph/ops/conv.ts'
import { reshape } from '../../graph/ops/shape.ts'
import type { PairLike } from '../../graph/ops/window.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import type { InitializerOption } from '../initializers.ts'
import { checkedPair, imageShape, oneOf, positiveInteger } from '../option-checks.ts'
import type { Regularizer } from '../regularizers.ts'
import { type KernelOptions, kernelParts } from './kernel-options.ts'

/** Options of {@link depthwiseConv2d}; where one number is given it counts for height and width. */
export interface DepthwiseConv2dOptions extends Omit<KernelOptions, 'kernelInitializer' | 'kernelRegularizer'> {
  readonly kernelSize: PairLike
  /** Channels of the result for each channel of the input; default 1. */
  readonly depthMultiplier?: number
  /** Default 1. */
  readonly strides?: PairLike
  /** `valid` (default): no padding; `same`: at stride 1 the extents stay. */
  readonly padding?: 'valid' | 'same'
  /** Distance of the kernel's elements in the image; default 1. */
  readonly dilationRate?: PairLike
  /** Default `glorotUniform`. */
  readonly depthwiseInitializer?: InitializerOption
  readonly depthwiseRegularizer?: Regularizer
}

/**
 * Convolves every channel of images `[height, width, channels]` on its own, by a kernel
 * `[kh, kw, channels, depthMultiplier]`; channel c of the input gives the channels from c · depthMultiplier on.
 */
export const depthwiseConv2d: LayerFactory<DepthwiseConv2dOptions> = defineLayer(
  'DepthwiseConv2D',
  (options: DepthwiseConv2dOptions) => {
    const kernelSize = checkedPair('depthwiseConv2d', 'kernelSize', options.kernelSize)
    const depthMultiplier = positiveInteger('depthwiseConv2d', 'depthMultiplier', options.depthMultiplier ?? 1)
    const strides = checkedPair('depthwiseConv2d', 'strides', options.strides ?? 1)
    const padding = oneOf('depthwiseConv2d', 'padding', options.padding ?? 'valid', ['valid', 'same'])
    const dilations = checkedPair('depthwiseConv2d', 'dilationRate', options.dilationRate ?? 1)
    const { depthwiseInitializer, depthwiseRegularizer, ...rest } = options
    const parts = kernelParts({
      ...rest,
      ...(depthwiseInitializer !== undefined && { kernelInitializer: depthwiseInitializer }),
      ...(depthwiseRegularizer !== undefined && { kernelRegularizer: depthwiseRegularizer }),
    })
    const { kernelInitializer, kernelRegularizer, ...config } = parts.config
    const depthwise = { depthwiseInitializer: kernelInitializer, depthwiseRegularizer: kernelRegularizer }
    return {
      config: { kernelSize, depthMultiplier, strides, padding, dilationRate: dilations, ...config, ...depthwise },
      weights: ([shape]) => {
        const channels = imageShape('depthwiseConv2d', shape)[2]
        const depthwiseKernel = parts.kernel([...kernelSize, channels, depthMultiplier])
        return { depthwiseKernel, bias: parts.bias(channels * depthMultiplier) }
      },
      call: ([x], { depthwiseKernel, bias }) => {
        const groups = x.shape[3] as number
        const kernel = reshape(depthwiseKernel, [...kernelSize, 1, groups * depthMultiplier])
        return parts.finish(conv2d(x, kernel, { strides, padding, dilations, groups }), bias)
      },
    }
  },
)
