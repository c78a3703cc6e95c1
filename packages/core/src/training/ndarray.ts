import { wholeNumber } from '../arguments.ts'
import { LockstepError } from '../errors.ts'
import { type Shape, showShape, sizeOf } from '../graph/node.ts'

/** Numbers in a row: any typed array, or a plain one. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array
  | Uint8ClampedArray
  | readonly number[]

/** Numbers nested to any depth, all rows of one length: `[[1, 2], [3, 4]]`. */
export type NestedNumbers = readonly (number | NestedNumbers)[]

/** Data with a shape, row-major; the first axis counts samples. Holds `data` itself, not a copy. */
export class NdArray {
  readonly data: NumberArray
  readonly shape: Shape

  /** Throws `shape-mismatch` unless the shape takes as many values as there are. */
  constructor(data: NumberArray, shape: Shape) {
    checkNumbers(data)
    if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0) || data.length !== sizeOf(shape)) {
      throw new LockstepError(
        'shape-mismatch',
        { operation: 'ndarray', shapes: [shape, [data.length]] },
        `ndarray: ${data.length} values do not fill the shape ${showShape(shape)}; expected whole extents whose product is the number of values`,
      )
    }
    this.data = data
    this.shape = shape
  }

  /** Number of samples. */
  get length(): number {
    return this.shape[0] ?? 1
  }

  /** The samples `start` … `end − 1` (default: to the last) over the same memory where the data is a typed array. */
  slice(start: number, end: number = this.length): NdArray {
    const row = sizeOf(this.shape.slice(1))
    const [from, to] = [Math.max(0, start), Math.max(0, start, Math.min(end, this.length))]
    const data = Array.isArray(this.data)
      ? this.data.slice(from * row, to * row)
      : (this.data as Float32Array).subarray(from * row, to * row)
    return new NdArray(data, [to - from, ...this.shape.slice(1)])
  }
}

/**
 * Wraps numbers with a shape: `ndarray(pixels, [60000, 28, 28, 1])`, without a copy; nested arrays bring their own shape
 * and are copied. Throws `shape-mismatch` for rows of different lengths or a shape that the values do not fill.
 */
export function ndarray(data: NumberArray | NestedNumbers, shape?: Shape): NdArray {
  if (shape !== undefined) return new NdArray(data as NumberArray, shape)
  if (!Array.isArray(data)) return new NdArray(data as NumberArray, [data.length])
  const inferred = nestedShape(data as NestedNumbers)
  const values = new Float64Array(sizeOf(inferred))
  let next = 0
  const flatten = (row: number | NestedNumbers): void => {
    if (typeof row === 'number') values[next++] = row
    else for (const element of row) flatten(element)
  }
  flatten(data as NestedNumbers)
  return new NdArray(values, inferred)
}

/**
 * One-hot float32 rows for class numbers, `[samples, classes]`; `classes` defaults to the largest plus one. Throws
 * `invalid-data` naming the first label that is no class number.
 */
export function toCategorical(labels: NumberArray, classes?: number): NdArray {
  if (classes !== undefined) wholeNumber('toCategorical', 'classes', classes, 1)
  let largest = -1
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index] as number
    if (!(Number.isInteger(label) && label >= 0 && label < (classes ?? 2 ** 32))) {
      throw new LockstepError(
        'invalid-data',
        { source: 'labels' },
        `toCategorical: label ${label} at index ${index}; expected an integer from 0 ${classes === undefined ? 'on' : `to ${classes - 1}`}`,
      )
    }
    largest = Math.max(largest, label)
  }
  const depth = classes ?? largest + 1
  const rows = new Float32Array(labels.length * depth)
  for (let index = 0; index < labels.length; index++) rows[index * depth + (labels[index] as number)] = 1
  return new NdArray(rows, [labels.length, depth])
}

/** 64-bit integers come out of some file formats, and fail only where they meet a number. */
function checkNumbers(data: NumberArray): void {
  if (typeof data?.[0] !== 'bigint') return
  throw new LockstepError(
    'invalid-data',
    { source: 'ndarray' },
    'ndarray: the values are 64-bit integers; expected numbers: Int32Array.from(data, Number)',
  )
}

function nestedShape(values: NestedNumbers): Shape {
  const shapes = values.map((row) => {
    if (typeof row === 'number') return []
    if (Array.isArray(row)) return nestedShape(row)
    throw new LockstepError(
      'invalid-data',
      { source: 'ndarray' },
      `ndarray: an element is ${typeof row === 'object' ? (row as object)?.constructor.name : JSON.stringify(row)}; expected numbers in nested arrays, or one typed array with its shape: ndarray(data, shape)`,
    )
  })
  const inner = shapes[0] ?? []
  const odd = shapes.findIndex((shape) => showShape(shape) !== showShape(inner))
  if (odd < 0) return [values.length, ...inner]
  const got = shapes[odd] as Shape
  throw new LockstepError(
    'shape-mismatch',
    { operation: 'ndarray', shapes: [inner, got] },
    `ndarray: row ${odd} has shape ${showShape(got)} but row 0 has ${showShape(inner)}; all rows must agree`,
  )
}
