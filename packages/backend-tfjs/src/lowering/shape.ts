import type { Node, NodeOf } from '@lockstep/core'
import type { Compute, Lowerings, Workshop } from './lowering.ts'

/** Every so many elements are gathered: engines are slow at strided slices, or wrong for int32. */
function slice({ inputs, attributes, shape }: NodeOf<'slice'>, workshop: Workshop): Compute {
  const { kernels } = workshop
  const { starts, strides } = attributes
  const picks = strides.flatMap((stride, axis) => {
    const extent = shape[axis] as number
    if (stride === 1 || extent === 1) return []
    const indices = Int32Array.from({ length: extent }, (_, index) => (starts[axis] as number) + index * stride)
    return [{ axis, indices: workshop.constant(indices, [extent]) }]
  })
  const picked = (axis: number): boolean => picks.some((pick) => pick.axis === axis)
  const begin = starts.map((start, axis) => (picked(axis) ? 0 : start))
  const size = shape.map((extent, axis) => (picked(axis) ? ((inputs[0] as Node).shape[axis] as number) : extent))
  return (x) => {
    const part = kernels.run('Slice', { x }, { begin, size })
    return picks.reduce(
      (rest, { axis, indices }) => kernels.run('GatherV2', { x: rest, indices }, { axis, batchDims: 0 }),
      part,
    )
  }
}

function pad({ attributes: { before, after, value } }: NodeOf<'pad'>, { kernels }: Workshop): Compute {
  const paddings = before.map((count, axis) => [count, after[axis]])
  return (x) => kernels.run('PadV2', { x }, { paddings, constantValue: value })
}

/** Primitives that only move elements. */
export const shapeLowerings: Lowerings<'reshape' | 'transpose' | 'slice' | 'pad' | 'concat'> = {
  reshape:
    ({ shape }, { kernels }) =>
    (x) =>
      kernels.reshape(x, shape),
  transpose:
    ({ attributes: { permutation } }, { kernels }) =>
    (x) =>
      kernels.transpose(x, permutation),
  slice,
  pad,
  concat:
    ({ attributes: { axis } }, { kernels }) =>
    (...values) =>
      kernels.concat(values, axis),
}
