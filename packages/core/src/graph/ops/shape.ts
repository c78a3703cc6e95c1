import { makeNode, type Node, type Shape, sameShape, shapeError, sizeOf } from '../node.ts'

/** The common shape of two operands by NumPy's rule; throws `shape-mismatch` naming both. */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1) {
      throw shapeError(operation, [a, b], 'expected equal extents, or 1, aligned at the last axis')
    }
    return Math.max(left, right)
  })
}

/** Stretches `x` to `shape`: axes are aligned at the last one, missing axes and extents of 1 are repeated. */
export function broadcast(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x
  if (!sameShape(broadcastShapes('broadcast', x.shape, shape), shape)) {
    throw shapeError('broadcast', [x.shape, shape], 'expected a shape that the first can be stretched to')
  }
  return makeNode('broadcast', [x], {}, shape, x.dtype)
}

/** The same elements in row-major order under another shape; one extent may be −1 and is worked out. */
export function reshape(x: Node, shape: Shape): Node {
  const full = resolveExtents(x, shape)
  if (sameShape(x.shape, full)) return x
  const source = x.op === 'reshape' ? (x.inputs[0] as Node) : x
  return sameShape(source.shape, full) ? source : makeNode('reshape', [source], {}, full, x.dtype)
}

function resolveExtents(x: Node, shape: Shape): Shape {
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1)
  const full = shape.map((extent) => (extent === -1 ? sizeOf(x.shape) / known : extent))
  if (
    shape.filter((extent) => extent === -1).length > 1 ||
    sizeOf(full) !== sizeOf(x.shape) ||
    full.some((n) => !(Number.isInteger(n) && n >= 1))
  ) {
    throw shapeError('reshape', [x.shape, shape], `expected a shape with ${sizeOf(x.shape)} elements`)
  }
  return full
}

/** Reorders the axes: axis `i` of the result is axis `permutation[i]` of `x`. Default: reversed. */
export function transpose(x: Node, permutation?: readonly number[]): Node {
  const axes = permutation ?? x.shape.map((_, axis) => x.shape.length - 1 - axis)
  const sorted = [...axes].sort((a, b) => a - b)
  if (axes.length !== x.shape.length || sorted.some((axis, index) => axis !== index)) {
    throw shapeError('transpose', [x.shape, axes], 'expected a permutation of the axes')
  }
  if (axes.every((axis, index) => axis === index)) return x
  const shape = axes.map((axis) => x.shape[axis] as number)
  return makeNode('transpose', [x], { permutation: axes }, shape, x.dtype)
}

/** The part of `x` that begins at `starts` and has the extents `sizes`, taking every `strides`-th element. */
export function slice(x: Node, starts: readonly number[], sizes: Shape, strides?: readonly number[]): Node {
  const steps = strides ?? x.shape.map(() => 1)
  const fits =
    [starts, sizes, steps].every((list) => list.length === x.shape.length && list.every(Number.isInteger)) &&
    x.shape.every((extent, axis) => {
      const [start, size, step] = [starts[axis] as number, sizes[axis] as number, steps[axis] as number]
      return start >= 0 && size >= 1 && step >= 1 && start + (size - 1) * step < extent
    })
  if (!fits)
    throw shapeError('slice', [x.shape, starts, sizes, steps], 'expected starts, sizes and strides within the shape')
  if (sameShape(sizes, x.shape)) return x
  return makeNode('slice', [x], { starts: [...starts], strides: [...steps] }, sizes, x.dtype)
}

/** Surrounds `x` with `value`: `before[i]` and `after[i]` elements on axis `i`. */
export function pad(x: Node, before: readonly number[], after: readonly number[], value = 0): Node {
  const counts = [...before, ...after]
  if (
    before.length !== x.shape.length ||
    after.length !== x.shape.length ||
    counts.some((n) => !(Number.isInteger(n) && n >= 0))
  ) {
    throw shapeError('pad', [x.shape, before, after], 'expected one count ≥ 0 before and after for every axis')
  }
  if (counts.every((count) => count === 0)) return x
  const shape = x.shape.map((extent, axis) => extent + (before[axis] as number) + (after[axis] as number))
  return makeNode('pad', [x], { before: [...before], after: [...after], value }, shape, x.dtype)
}

/** Joins values along `axis` (negative counts from the end); all other extents and the dtype must agree. */
export function concat(values: readonly Node[], axis: number): Node {
  const first = values[0]
  if (first === undefined) throw shapeError('concat', [], 'expected at least one value')
  const at = axis < 0 ? axis + first.shape.length : axis
  const agrees = (value: Node): boolean =>
    value.dtype === first.dtype &&
    value.shape.length === first.shape.length &&
    value.shape.every((extent, index) => index === at || extent === first.shape[index])
  if (!(at in first.shape) || !values.every(agrees)) {
    throw shapeError(
      `concat on axis ${axis}`,
      values.map((value) => value.shape),
      'expected equal extents on every other axis and one dtype',
    )
  }
  if (values.length === 1) return first
  const total = values.reduce((sum, value) => sum + (value.shape[at] as number), 0)
  const shape = first.shape.map((extent, index) => (index === at ? total : extent))
  return makeNode('concat', values, { axis: at }, shape, first.dtype)
}
