import { LockstepError } from '../errors.ts'
import { type Shape, sizeOf } from '../graph/node.ts'
import { type HeaderEntry, parseHeader } from './safetensors-header.ts'

/** The array that holds each dtype; half precision stays raw bits, BOOL is bytes of 0 and 1. */
export interface SafetensorsArrays {
  readonly F64: Float64Array
  readonly I64: BigInt64Array
  readonly U64: BigUint64Array
  readonly F32: Float32Array
  readonly I32: Int32Array
  readonly U32: Uint32Array
  readonly F16: Uint16Array
  readonly BF16: Uint16Array
  readonly I16: Int16Array
  readonly U16: Uint16Array
  readonly I8: Int8Array
  readonly U8: Uint8Array
  readonly BOOL: Uint8Array
}

export type SafetensorsDType = keyof SafetensorsArrays

/** One array of a file, row-major; comparing `dtype` tells which array `data` is. */
export type SafetensorsTensor = {
  readonly [D in SafetensorsDType]: { readonly dtype: D; readonly shape: Shape; readonly data: SafetensorsArrays[D] }
}[SafetensorsDType]

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>
  /** Free text about the file. */
  readonly metadata: Readonly<Record<string, string>>
}

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer): SafetensorsTensor['data']
}

const arrayTypes: Readonly<Record<SafetensorsDType, ArrayType>> = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
}

const elementSizes: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(arrayTypes).map(([dtype, type]) => [dtype, type.BYTES_PER_ELEMENT]),
)

/** Bytes of the header's length, a little-endian 64-bit integer, which starts the file. */
const prefixLength = 8

/**
 * The bytes of a safetensors file. Wide elements come first, so that every tensor is aligned for its type; among
 * equally wide ones the order is that of `tensors`. Throws `invalid-argument` for data that does not match its dtype
 * or shape. Numbers are written in the machine's byte order; the format is little-endian, as is all that runs Node.
 */
export function encodeSafetensors(file: SafetensorsFile): Uint8Array {
  const tensors = [...file.tensors].sort(([, a], [, b]) => widthOf(b) - widthOf(a))
  const offsets: number[] = [0]
  for (const [name, tensor] of tensors) {
    checkTensor(name, tensor)
    offsets.push((offsets.at(-1) as number) + tensor.data.byteLength)
  }
  const header = headerBytes(file.metadata, tensors, offsets)
  const bytes = new Uint8Array(prefixLength + header.length + (offsets.at(-1) as number))
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, prefixLength)
  for (const [index, [, { data }]] of tensors.entries()) {
    const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    bytes.set(source, prefixLength + header.length + (offsets[index] as number))
  }
  return bytes
}

/**
 * Reads a safetensors file; the tensors come in the order of their data and are copies that belong to the caller.
 * `source` is the file that an error names. Throws `invalid-data` when the file is cut short, too long, or its header
 * is no valid one: the whole of the data must be covered by tensors that do not overlap.
 */
export function decodeSafetensors(bytes: Uint8Array, source: string): SafetensorsFile {
  const { entries, metadata, dataStart } = parseHeader(bytes, source, elementSizes)
  const tensors = new Map(entries.map((entry) => [entry.name, readTensor(bytes, dataStart, entry)]))
  return { tensors, metadata }
}

function widthOf({ dtype }: SafetensorsTensor): number {
  return elementSizes[dtype] ?? 0
}

function checkTensor(name: string, { dtype, shape, data }: SafetensorsTensor): void {
  const expected = Object.hasOwn(arrayTypes, dtype) ? arrayTypes[dtype] : undefined
  if (name === '__metadata__') throw unusable(name, 'has a name that the format reserves', 'another name')
  if (!(expected && data instanceof expected)) {
    const wanted = expected ? expected.name : `one of ${Object.keys(arrayTypes).join(', ')}`
    throw unusable(name, `of dtype ${dtype} is held by ${data.constructor.name}`, wanted)
  }
  if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0) || sizeOf(shape) !== data.length) {
    throw unusable(name, `has ${data.length} values`, `as many as the shape [${shape.join(', ')}] takes`)
  }
}

function unusable(name: string, problem: string, expected: string): LockstepError {
  const message = `safetensors: tensor ${JSON.stringify(name)} ${problem}; expected ${expected}`
  return new LockstepError('invalid-argument', { argument: 'tensors' }, message)
}

function headerBytes(
  metadata: SafetensorsFile['metadata'],
  tensors: readonly (readonly [string, SafetensorsTensor])[],
  offsets: readonly number[],
): Uint8Array {
  const entries = tensors.map(([name, { dtype, shape }], index) => {
    return [name, { dtype, shape, data_offsets: offsets.slice(index, index + 2) }] as const
  })
  const about = Object.keys(metadata).length === 0 ? [] : [['__metadata__', metadata] as const]
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...about, ...entries])))
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20)
  padded.set(text)
  return padded
}

function readTensor(bytes: Uint8Array, dataStart: number, entry: HeaderEntry): SafetensorsTensor {
  // A copy in memory of its own: the file's bytes need not be aligned, and a Buffer's slice() would not copy.
  const copy = new Uint8Array(entry.end - entry.start)
  copy.set(bytes.subarray(dataStart + entry.start, dataStart + entry.end))
  const dtype = entry.dtype as SafetensorsDType
  return { dtype, shape: entry.shape, data: new arrayTypes[dtype](copy.buffer) } as SafetensorsTensor
}
