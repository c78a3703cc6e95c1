import { shapeError } from '../../graph/node.ts'
import { matmul } from '../../graph/ops/matmul.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { positiveInteger } from '../option-checks.ts'
import { type KernelOptions, kernelParts } from './kernel-options.ts'

/** Options of {@link dense}. */
export interface DenseOptions extends KernelOptions {
  /** Extent of the result's last axis. */
  readonly units: number
}

/** activation(x · kernel + bias) over the last axis: `[..., n]` → `[..., units]`; kernel `[n, units]`, bias `[units]`. */
export const dense: LayerFactory<DenseOptions> = defineLayer('Dense', (options: DenseOptions) => {
  const units = positiveInteger('dense', 'units', options.units)
  const parts = kernelParts(options)
  return {
    config: { units, ...parts.config },
    weights: ([shape]) => {
      const extent = shape.at(-1)
      if (extent === undefined) throw shapeError('dense on samples', [shape], 'expected one axis or more, [..., n]')
      return { kernel: parts.kernel([extent, units]), bias: parts.bias(units) }
    },
    call: ([x], { kernel, bias }) => parts.finish(matmul(x, kernel), bias),
  }
})
