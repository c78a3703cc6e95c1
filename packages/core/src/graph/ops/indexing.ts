import { makeNode, type Node, type Shape, sameShape, shapeError } from '../node.ts'

/**
 * Picks slices of `x` along `axis` by int32 `indices` of any shape; that shape takes the place of the axis.
 * Indices must lie in 0 … extent−1 (data is checked before it reaches a graph).
 */
export function gather(x: Node, indices: Node, axis = 0): Node {
  const at = axis < 0 ? axis + x.shape.length : axis
  if (indices.dtype !== 'int32' || !(at in x.shape)) {
    throw shapeError(
      `gather on axis ${axis} by ${indices.dtype}`,
      [x.shape, indices.shape],
      'expected int32 indices and an axis within the rank',
    )
  }
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)]
  return makeNode('gather', [x, indices], { axis: at }, shape, x.dtype)
}

/** Zeros of `shape` to which `updates` (shaped as {@link gather} gives) are added at `indices`; repeats add up. */
export function scatterAdd(indices: Node, updates: Node, shape: Shape, axis = 0): Node {
  const at = axis < 0 ? axis + shape.length : axis
  const expected = [...shape.slice(0, at), ...indices.shape, ...shape.slice(at + 1)]
  const fits = at in shape && sameShape(updates.shape, expected)
  if (indices.dtype !== 'int32' || updates.dtype !== 'float32' || !fits) {
    throw shapeError(
      `scatterAdd of ${updates.dtype} on axis ${axis} by ${indices.dtype}`,
      [indices.shape, updates.shape, shape],
      `expected int32 indices, an axis within the rank and float32 updates [${expected.join(', ')}]`,
    )
  }
  return makeNode('scatterAdd', [indices, updates], { axis: at }, shape, 'float32')
}

/** float32 `[..., depth]` with a 1 at each int32 index and zeros elsewhere; an index out of range gives zeros. */
export function oneHot(indices: Node, depth: number): Node {
  if (indices.dtype !== 'int32' || !(Number.isInteger(depth) && depth >= 1)) {
    throw shapeError(
      `oneHot of ${indices.dtype} with depth ${depth}`,
      [indices.shape],
      'expected int32 indices and a depth ≥ 1',
    )
  }
  return makeNode('oneHot', [indices], {}, [...indices.shape, depth], 'float32')
}
