import type { Conv2dAttributes } from '@lockstep/core'
import type { Kernels, Tensor } from '../kernels.ts'

/** The kernel Conv2D, which pads as it is told. */
export function convolve(
  kernels: Kernels,
  x: Tensor,
  filter: Tensor,
  { strides, dilations, padding }: Omit<Conv2dAttributes, 'groups'>,
): Tensor {
  const pad = padding.flat().every((count) => count === 0) ? 'valid' : [[0, 0], ...padding, [0, 0]]
  return kernels.run('Conv2D', { x, filter }, { strides, dilations, pad, dataFormat: 'NHWC' })
}
