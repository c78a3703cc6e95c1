/** A matrix within an array: its first element lies at `start`, the next row `row` further, the next column `column`. */
export interface Matrix {
  readonly elements: Float64Array
  readonly start: number
  readonly row: number
  readonly column: number
}

/** A matrix whose columns are neighbours. */
export type RowMajor = Omit<Matrix, 'column'>

/**
 * Adds `[m, k] · [k, n]` to `target`, the terms of each element in the order of `k`: every product and convolution is
 * made of it. Four terms at a time, since what costs is reading and writing the target.
 */
export function addProduct(
  target: RowMajor,
  left: Matrix,
  right: RowMajor,
  [m, k, n]: readonly [m: number, k: number, n: number],
): void {
  for (let row = 0; row < m; row++) {
    const [to, from] = [target.start + row * target.row, left.start + row * left.row]
    let term = 0
    for (; term + 4 <= k; term += 4) addFour(target.elements, to, left, from + term * left.column, right, term, n)
    for (; term < k; term++) {
      const factor = left.elements[from + term * left.column] as number
      const start = right.start + term * right.row
      for (let j = 0; j < n; j++)
        target.elements[to + j] = (target.elements[to + j] as number) + factor * (right.elements[start + j] as number)
    }
  }
}

/** Adds to `n` elements of the target four rows of `right`, from row `term` on, each times its factor of `left`. */
function addFour(
  target: Float64Array,
  to: number,
  left: Matrix,
  from: number,
  right: RowMajor,
  term: number,
  n: number,
): void {
  const { elements: l, column } = left
  const { elements: r, row } = right
  const [a, b, c, d] = [l[from], l[from + column], l[from + 2 * column], l[from + 3 * column]] as Four
  const start = right.start + term * row
  for (let j = start; j < start + n; j++) {
    const at = to + j - start
    target[at] =
      (target[at] as number) +
      a * (r[j] as number) +
      b * (r[j + row] as number) +
      c * (r[j + 2 * row] as number) +
      d * (r[j + 3 * row] as number)
  }
}

type Four = [number, number, number, number]

/** The `rows × columns` matrix at `start`, transposed. */
export function transposed(x: Float64Array, start: number, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = x[start + row * columns + column] as number
  return result
}
