/** Rows of a matrix that lie `stride` elements apart, the first of them at `start`; or elements that do. */
export interface Rows {
  readonly elements: Float64Array
  readonly start: number
  readonly stride: number
}

/**
 * `target[at + j] += Σ factors[i] · rows[i][j]` for `count` factors and `length` columns, in the order of `i`: the inner
 * loops of every product. Four rows at a time, since what costs is reading and writing the target.
 */
export function addProducts(
  target: Float64Array,
  at: number,
  length: number,
  factors: Rows,
  rows: Rows,
  count: number,
): void {
  const { elements: f, start, stride } = factors
  const { elements: r, stride: width } = rows
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const from = start + i * stride
    const [a, b, c, d] = [f[from], f[from + stride], f[from + 2 * stride], f[from + 3 * stride]] as Four
    const row = rows.start + i * width
    for (let j = 0; j < length; j++) {
      const first = row + j
      target[at + j] =
        (target[at + j] as number) +
        a * (r[first] as number) +
        b * (r[first + width] as number) +
        c * (r[first + 2 * width] as number) +
        d * (r[first + 3 * width] as number)
    }
  }
  for (; i < count; i++) {
    const factor = f[start + i * stride] as number
    const row = rows.start + i * width
    for (let j = 0; j < length; j++) target[at + j] = (target[at + j] as number) + factor * (r[row + j] as number)
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
