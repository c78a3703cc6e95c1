import { LockstepError } from '../errors.ts'
import { sizeOf } from '../graph/node.ts'
import { countOf, gatherRows, type Rows } from './batch.ts'
import { commonLength, type ModelData } from './data.ts'
import type { DatasetBatch } from './dataset.ts'
import { NdArray, type NestedNumbers, ndarray } from './ndarray.ts'

/**
 * Samples that can be had in any order. `fit` shuffles them anew every epoch and cuts them into batches of `batchSize`;
 * of several ranks each asks for its own part of every batch, in the order of one process.
 */
export interface IndexedDataset {
  /** How many samples there are. */
  readonly length: number
  /** The samples of these numbers, in this order. The numbers must not be changed. */
  batch(samples: Uint32Array): DatasetBatch | Promise<DatasetBatch>
}

/** Whether samples can be asked for by their numbers. */
export function isIndexed(x: object): x is IndexedDataset {
  const { length, batch } = x as Partial<IndexedDataset>
  return typeof length === 'number' && typeof batch === 'function'
}

/**
 * Arrays as samples by number: data that every rank of a data-parallel training holds as a whole. Flat typed arrays
 * hold one number a sample; give others a shape with `ndarray`. Throws `shape-mismatch` unless all are equally long.
 */
export function arrayDataset(x: ModelData, y: ModelData, sampleWeight?: ModelData): IndexedDataset {
  const parts = [withShapes(x), withShapes(y), ...(sampleWeight === undefined ? [] : [withShapes(sampleWeight)])]
  const names = ['x', 'y', 'sampleWeight']
  const length = commonLength(
    parts.flatMap((part, index) =>
      arraysOf(part).map((array) => ({ what: names[index] as string, length: array.length })),
    ),
  )
  return {
    length,
    batch(samples): DatasetBatch {
      const [rows, targets, weights] = parts.map((part) => picked(part, samples))
      const batch = { x: rows as ModelData, y: targets as ModelData }
      return weights === undefined ? batch : { ...batch, sampleWeight: weights }
    },
  }
}

/** Numbers of samples as a list. */
export function numbersOf(rows: Rows): Uint32Array {
  if (rows instanceof Uint32Array) return rows
  return Uint32Array.from({ length: countOf(rows) }, (_, index) => rows.start + index)
}

type Shaped = NdArray | readonly NdArray[] | Readonly<Record<string, NdArray>>

function withShapes(data: ModelData): Shaped {
  if (data instanceof NdArray) return data
  if (ArrayBuffer.isView(data)) return new NdArray(data as Float32Array, [(data as Float32Array).length])
  if (Array.isArray(data))
    return data[0] instanceof NdArray ? (data as readonly NdArray[]) : ndarray(data as NestedNumbers)
  if (typeof data !== 'object' || data === null) {
    throw new LockstepError(
      'invalid-argument',
      { argument: 'data' },
      `arrayDataset got ${String(data)}; expected numbers: a typed array, nested arrays or ndarray(data, shape)`,
    )
  }
  return Object.fromEntries(Object.entries(data).map(([name, each]) => [name, withShapes(each) as NdArray]))
}

function arraysOf(data: Shaped): readonly NdArray[] {
  return data instanceof NdArray ? [data] : Object.values(data)
}

function picked(data: Shaped, samples: Uint32Array): ModelData {
  const pick = (array: NdArray): NdArray => {
    const shape = [samples.length, ...array.shape.slice(1)]
    const Kind = Array.isArray(array.data) ? Float64Array : (array.data.constructor as Float32ArrayConstructor)
    const rows = new Kind(sizeOf(shape)) as Float32Array
    gatherRows(array, samples, rows)
    return new NdArray(rows, shape)
  }
  if (data instanceof NdArray) return pick(data)
  if (Array.isArray(data)) return data.map(pick)
  return Object.fromEntries(Object.entries(data).map(([name, array]) => [name, pick(array)]))
}
