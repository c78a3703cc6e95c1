import { type Node, type NodeOf, sizeOf } from '@lockstep/core'
import type { Compute, Lowerings, Workshop } from './lowering.ts'

/** ScatterNd adds up what has one index, along the first axis; other axes are brought there and back. */
function scatterAdd({ inputs, attributes, shape }: NodeOf<'scatterAdd'>, { kernels }: Workshop): Compute {
  const { axis } = attributes
  const count = sizeOf((inputs[0] as Node).shape)
  const [before, extent, after] = [sizeOf(shape.slice(0, axis)), shape[axis] as number, sizeOf(shape.slice(axis + 1))]
  const scatter: Compute = (indices, rows) => {
    const column = kernels.reshape(indices, [count, 1])
    return kernels.run('ScatterNd', { indices: column, updates: rows }, { shape: [extent, before * after] })
  }
  if (before === 1)
    return (indices, updates) => kernels.reshape(scatter(indices, kernels.reshape(updates, [count, after])), shape)
  return (indices, updates) => {
    const moved = kernels.transpose(kernels.reshape(updates, [before, count, after]), [1, 0, 2])
    const rows = scatter(indices, kernels.reshape(moved, [count, before * after]))
    return kernels.reshape(kernels.transpose(kernels.reshape(rows, [extent, before, after]), [1, 0, 2]), shape)
  }
}

const onOff = { onValue: 1, offValue: 0, dtype: 'int32' } as const

/** Primitives that look elements up by index. */
export const indexingLowerings: Lowerings<'gather' | 'scatterAdd' | 'oneHot'> = {
  gather:
    ({ attributes: { axis } }, { kernels }) =>
    (x, indices) =>
      kernels.run('GatherV2', { x, indices }, { axis, batchDims: 0 }),
  scatterAdd,
  oneHot:
    ({ shape }, { kernels }) =>
    (indices) => {
      // Some engines write integers whatever they are asked for.
      const hot = kernels.run('OneHot', { indices }, { ...onOff, depth: shape.at(-1) })
      return kernels.run('Cast', { x: hot }, { dtype: 'float32' })
    },
}
