import { type Node, type NodeOf, type Shape, sizeOf } from '@lockstep/core'
import type { Compute, Lowerings, Workshop } from './lowering.ts'

/** From this size on, sums over leading axes are faster as a product. */
const productThreshold = 262_144
/** With rows shorter than this they are not. */
const shortRow = 16

/** Sums `shape` over sorted axes. */
export function sumOver(shape: Shape, axes: readonly number[], keepDims: boolean, workshop: Workshop): Compute {
  const { kernels } = workshop
  const rows = sizeOf(shape.slice(0, axes.length))
  const width = sizeOf(shape) / rows
  const leads = axes.every((axis, index) => axis === index)
  if (!leads || width < shortRow || sizeOf(shape) < productThreshold)
    return (x) => kernels.run('Sum', { x }, { axis: axes, keepDims })
  const ones = workshop.filled(1, [1, rows])
  const result = [...(keepDims ? axes.map(() => 1) : []), ...shape.slice(axes.length)]
  return (x) =>
    kernels.reshape(kernels.run('BatchMatMul', { a: ones, b: kernels.reshape(x, [rows, width]) }, plain), result)
}

const plain = { transposeA: false, transposeB: false }

function reduceSum(node: NodeOf<'reduceSum'>, workshop: Workshop): Compute {
  const { axes, keepDims } = node.attributes
  if (node.dtype === 'float32') return sumOver((node.inputs[0] as Node).shape, axes, keepDims, workshop)
  return (x) => workshop.kernels.run('Sum', { x }, { axis: axes, keepDims })
}

/** Reductions. */
export const reductionLowerings: Lowerings<'reduceSum' | 'reduceMax' | 'argmax'> = {
  reduceSum,
  reduceMax:
    ({ attributes: { axes, keepDims } }, { kernels }) =>
    (x) =>
      kernels.run('Max', { x }, { reductionIndices: axes, keepDims }),
  argmax:
    ({ attributes: { axis } }, { kernels }) =>
    (x) =>
      kernels.run('ArgMax', { x }, { axis }),
}
