import { LockstepError } from '../errors.ts'
import { type Shape, sameShape, showShape, sizeOf } from '../graph/node.ts'
import { NdArray, type NestedNumbers, type NumberArray, ndarray } from './ndarray.ts'

/** One tensor of data: with a shape of its own, or numbers from which it follows. */
export type ArrayData = NdArray | NumberArray | NestedNumbers

/** Data for all inputs or outputs of a model: one array, a list in their order, or by name. */
export type ModelData = ArrayData | readonly NdArray[] | Readonly<Record<string, ArrayData>>

/** What one tensor of data must look like. */
export interface TensorSpec {
  readonly name: string
  /** Without the sample axis. */
  readonly shape: Shape
}

/**
 * Sorts data by `specs` and gives every array its shape; throws `shape-mismatch` naming the tensor and both shapes,
 * `invalid-argument` or `unknown-name` where there is no array for a spec.
 */
export function arraysFor(what: string, data: ModelData, specs: readonly TensorSpec[]): NdArray[] {
  if (typeof data !== 'object' || data === null) throw noData(what, data, specs)
  const whole = specs.length === 1 && !isNamed(data) && !isList(data)
  const parts = whole ? [data as ArrayData] : partsOf(what, data, specs)
  return specs.map((spec, index) => shaped(what, parts[index] as ArrayData, spec))
}

/** Checks that all arrays hold equally many samples and returns that number. */
export function commonLength(arrays: readonly { readonly what: string; readonly length: number }[]): number {
  const [first, ...rest] = arrays
  for (const other of rest) {
    if (other.length !== first?.length) {
      throw new LockstepError(
        'shape-mismatch',
        { operation: 'samples', shapes: arrays.map(({ length }) => [length]) },
        `${first?.what} has ${first?.length} samples but ${other.what} has ${other.length}; expected as many of each`,
      )
    }
  }
  return first?.length ?? 0
}

function isNamed(data: ModelData): data is Readonly<Record<string, ArrayData>> {
  return !(data instanceof NdArray || Array.isArray(data) || ArrayBuffer.isView(data))
}

function isList(data: ModelData): data is readonly NdArray[] {
  return Array.isArray(data) && data[0] instanceof NdArray
}

function partsOf(what: string, data: ModelData, specs: readonly TensorSpec[]): ArrayData[] {
  const names = specs.map((spec) => spec.name)
  if (isNamed(data)) {
    const unknown = Object.keys(data).filter((name) => !names.includes(name))
    const missing = names.filter((name) => !(name in data))
    if (unknown.length + missing.length === 0) return names.map((name) => data[name] as ArrayData)
    throw new LockstepError(
      'unknown-name',
      { name: unknown[0] ?? (missing[0] as string), known: names },
      `${what} has the keys ${Object.keys(data).join(', ')}; expected ${names.join(', ')}`,
    )
  }
  const list = Array.isArray(data) ? (data as readonly ArrayData[]) : [data as ArrayData]
  if (list.length === specs.length) return [...list]
  throw new LockstepError(
    'invalid-argument',
    { argument: what },
    `${what} has ${list.length} arrays; expected ${specs.length}: ${names.join(', ')}`,
  )
}

function noData(what: string, data: unknown, specs: readonly TensorSpec[]): LockstepError<'invalid-argument'> {
  const names = specs.map(({ name }) => name).join(', ')
  return new LockstepError(
    'invalid-argument',
    { argument: what },
    `${what} is ${String(data)}; expected numbers for ${names}: a typed array, nested arrays or ndarray(data, shape)`,
  )
}

function shaped(what: string, data: ArrayData, spec: TensorSpec): NdArray {
  if (typeof data !== 'object' || data === null) throw noData(what, data, [spec])
  const known = data instanceof NdArray ? data : fromNumbers(data, spec)
  const shape = known.shape.slice(1)
  if (sameShape(shape, spec.shape)) return known
  // A column may come as a plain list and the other way round, as in Keras.
  const unit = (extents: Shape): boolean => extents.length <= 1 && sizeOf(extents) === 1
  if (unit(shape) && unit(spec.shape)) return new NdArray(known.data, [known.length, ...spec.shape])
  const [got, expected] = [
    [known.length, ...shape],
    [known.length, ...spec.shape],
  ]
  throw new LockstepError(
    'shape-mismatch',
    { operation: what, shapes: [got, expected] },
    `${what} ${JSON.stringify(spec.name)} has shape ${showShape(got)}; expected ${showShape(expected)}. ${hint(shape, spec)}`,
  )
}

function fromNumbers(data: NumberArray | NestedNumbers, spec: TensorSpec): NdArray {
  if (Array.isArray(data) && data.length > 0 && typeof data[0] !== 'number') return ndarray(data as NestedNumbers)
  const row = sizeOf(spec.shape)
  const samples = data.length / row
  return Number.isInteger(samples)
    ? ndarray(data as NumberArray, [samples, ...spec.shape])
    : ndarray(data as NumberArray)
}

function hint(shape: Shape, spec: TensorSpec): string {
  if (shape.length === 0 && spec.shape.length === 1) {
    return `Class numbers? Use the loss 'sparseCategoricalCrossentropy', or toCategorical(labels, ${spec.shape[0]})`
  }
  if (sizeOf(shape) === sizeOf(spec.shape))
    return `The sizes agree: wrap the data with ndarray(data, [samples, ${spec.shape.join(', ')}])`
  return 'Check the inputShape of the first layer and the units of the last against the data'
}
