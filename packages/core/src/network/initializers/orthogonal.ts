import { type Shape, shapeError } from '../../graph/node.ts'
import { normalFloats } from '../../random/host-random.ts'
import type { DrawKey, Initializer } from '../initializers.ts'

/** Options of {@link orthogonal}. */
export interface OrthogonalOptions {
  /** A factor on the matrix; default 1. */
  readonly gain?: number
}

/**
 * A random matrix with orthonormal columns, or rows where it has more columns; all axes but the last are its rows.
 * Saxe, McClelland, Ganguli (2013).
 */
export function orthogonal({ gain = 1 }: OrthogonalOptions = {}): Initializer {
  return { className: 'orthogonal', config: { gain }, draw: (shape, key) => drawOrthogonal(shape, key, gain) }
}

function drawOrthogonal(shape: Shape, { seed, stream }: DrawKey, gain: number): Float32Array {
  if (shape.length < 2) throw shapeError('initializer orthogonal', [shape], 'expected two axes or more')
  const columns = shape.at(-1) as number
  const rows = shape.slice(0, -1).reduce((product, extent) => product * extent, 1)
  const normals = normalFloats(seed, stream, rows * columns)
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows]
  const vectors = Array.from({ length: count }, (_, index) =>
    Float64Array.from(normals.subarray(index * length, (index + 1) * length)),
  )
  orthonormalise(vectors)
  return Float32Array.from(normals, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns]
    const [vector, element] = rows < columns ? [row, column] : [column, row]
    return gain * ((vectors[vector] as Float64Array)[element] as number)
  })
}

/** Gram and Schmidt's method, in place; twice, because once loses orthogonality to rounding. */
function orthonormalise(vectors: readonly Float64Array[]): void {
  for (const [index, vector] of vectors.entries()) {
    for (let pass = 0; pass < 2; pass++) {
      for (const earlier of vectors.slice(0, index)) subtract(vector, earlier, product(vector, earlier))
    }
    const norm = Math.sqrt(product(vector, vector))
    for (let element = 0; element < vector.length; element++) vector[element] = (vector[element] as number) / norm
  }
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number)
  return sum
}

function subtract(from: Float64Array, other: Float64Array, factor: number): void {
  for (let index = 0; index < from.length; index++) {
    from[index] = (from[index] as number) - factor * (other[index] as number)
  }
}
