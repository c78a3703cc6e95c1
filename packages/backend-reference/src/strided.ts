import type { Shape } from '@lockstep/core'

/** Distances between neighbours on each axis of a row-major array. */
export function stridesOf(shape: Shape): number[] {
  const strides = shape.map(() => 1)
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number)
  return strides
}

/**
 * Walks an index over `shape` in row-major order and lists start + Σ index · stride for each step. Everything that
 * moves or folds elements is one loop over such a list.
 */
export function offsets(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  let list = Int32Array.of(start)
  for (const [axis, extent] of shape.entries()) {
    const stride = strides[axis] as number
    const longer = new Int32Array(list.length * extent)
    for (let outer = 0, at = 0; outer < list.length; outer++)
      for (let index = 0; index < extent; index++) longer[at++] = (list[outer] as number) + index * stride
    list = longer
  }
  return list
}

/** `result[i] = source[from[i]]`. */
export function pick(source: Float64Array, from: Int32Array): Float64Array {
  const result = new Float64Array(from.length)
  for (let at = 0; at < from.length; at++) result[at] = source[from[at] as number] as number
  return result
}

/** `result[to[i]] = source[i]`. */
export function put(source: Float64Array, to: Int32Array, result: Float64Array): Float64Array {
  for (let at = 0; at < to.length; at++) result[to[at] as number] = source[at] as number
  return result
}
