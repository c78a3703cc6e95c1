import { describe, expect, it } from 'vitest'
import { isLockstepError } from '../errors.ts'
import { decodeSafetensors, encodeSafetensors, type SafetensorsFile, type SafetensorsTensor } from './safetensors.ts'

const kernel: SafetensorsTensor = { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, NaN, 1e-38) }
const seen: SafetensorsTensor = { dtype: 'I64', shape: [], data: BigInt64Array.of(-(2n ** 60n)) }
const mask: SafetensorsTensor = { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }
const file: SafetensorsFile = {
  tensors: new Map<string, SafetensorsTensor>([
    ['mask', mask],
    ['dense_1/kernel', kernel],
    ['seen', seen],
    ['nothing', { dtype: 'F64', shape: [0, 4], data: new Float64Array(0) }],
  ]),
  metadata: { format: 'lockstep', note: 'größer' },
}

/** A file of any header, sound or not, before `data` bytes. */
function withHeader(header: unknown, data = 0, padding = 0): Uint8Array {
  const text = new TextEncoder().encode(
    (typeof header === 'string' ? header : JSON.stringify(header)) + ' '.repeat(padding),
  )
  const bytes = new Uint8Array(8 + text.length + data)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const f32 = (start: number, end: number): object => ({
  dtype: 'F32',
  shape: [(end - start) / 4],
  data_offsets: [start, end],
})

describe('safetensors', () => {
  it('gives back what was written', () => {
    const decoded = decodeSafetensors(encodeSafetensors(file), 'memory')
    expect(decoded.metadata).toEqual(file.metadata)
    expect(Object.fromEntries(decoded.tensors)).toEqual(Object.fromEntries(file.tensors))
  })

  it('puts wide elements first and aligns the data to 8 bytes', () => {
    const bytes = encodeSafetensors(file)
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect(length % 8).toBe(0)
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
    expect(header.seen).toEqual({ dtype: 'I64', shape: [], data_offsets: [0, 8] })
    expect(header['dense_1/kernel'].data_offsets).toEqual([8, 32])
    expect(header.mask.data_offsets).toEqual([32, 35])
    expect([...decodeSafetensors(bytes, 'memory').tensors.keys()]).toEqual([
      'seen',
      'nothing',
      'dense_1/kernel',
      'mask',
    ])
  })

  it('reads bytes that are aligned to nothing, and copies them', () => {
    const bytes = encodeSafetensors(file)
    const shifted = new Uint8Array(bytes.length + 1).subarray(1)
    shifted.set(bytes)
    const { tensors } = decodeSafetensors(shifted, 'memory')
    shifted.fill(0)
    expect(tensors.get('dense_1/kernel')).toEqual(kernel)
  })

  // Written by the Python package `safetensors`, save({'a': int16 [[1, 2]], 'b': float32 [1.5]}, {'k': 'v'}).
  it('reads a file of the Python package', () => {
    const header =
      '{"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"I16","shape":[1,2],"data_offsets":[4,8]}}'
    const bytes = withHeader(header, 8, 2)
    bytes.set([0, 0, 0xc0, 0x3f, 1, 0, 2, 0], bytes.length - 8)
    expect(decodeSafetensors(bytes, 'x.safetensors')).toEqual({
      metadata: { k: 'v' },
      tensors: new Map<string, SafetensorsTensor>([
        ['b', { dtype: 'F32', shape: [1], data: Float32Array.of(1.5) }],
        ['a', { dtype: 'I16', shape: [1, 2], data: Int16Array.of(1, 2) }],
      ]),
    })
  })
})

describe('decodeSafetensors refuses', () => {
  const sound = encodeSafetensors(file)
  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'it is 0 bytes long; expected at least the 8'],
    ['a cut header', sound.subarray(0, 40), 'bytes; expected at most the 32 bytes that follow'],
    ['cut data', sound.subarray(0, -1), 'cut short: 34 bytes of data follow the header; expected 35'],
    ['bytes at the end', withHeader({ a: f32(0, 4) }, 5), 'too long: 5 bytes of data follow the header; expected 4'],
    ['no JSON', withHeader('{"a":'), 'its header does not parse'],
    ['a list', withHeader('[1]'), 'its header is [1]; expected a JSON object'],
    ['broken UTF-8', withHeader('{}').fill(0xff, 8), 'expected JSON in UTF-8'],
    [
      'metadata of numbers',
      withHeader({ __metadata__: { a: 1 } }),
      '__metadata__ is {"a":1}; expected an object whose values',
    ],
    ['a tensor that is none', withHeader({ a: 3 }), 'tensor "a" is 3; expected an object'],
    [
      'a dtype from elsewhere',
      withHeader({ a: { ...f32(0, 4), dtype: 'toString' } }, 4),
      'has the dtype "toString"; expected one of F64',
    ],
    [
      'negative extents',
      withHeader({ a: { ...f32(0, 4), shape: [-1] } }, 4),
      'has the shape [-1]; expected a list of whole',
    ],
    [
      'one offset',
      withHeader({ a: { ...f32(0, 4), data_offsets: [4] } }, 4),
      'has the data_offsets [4]; expected [start, end]',
    ],
    [
      'a wrong length',
      withHeader({ a: { ...f32(0, 4), shape: [2] } }, 4),
      'has 4 bytes (0 to 4); expected 8 for F32 [2]',
    ],
    [
      'an overlap',
      withHeader({ a: f32(0, 8), b: f32(4, 8) }, 8),
      '"b" starts at byte 4 and overlaps the tensor before it; expected byte 8',
    ],
    [
      'a gap',
      withHeader({ a: f32(0, 4), b: f32(8, 12) }, 12),
      '"b" starts at byte 8 and leaves a gap before it; expected byte 4',
    ],
    [
      'one name twice',
      withHeader(`{"a":${JSON.stringify(f32(0, 4))},"a":${JSON.stringify(f32(4, 8))}}`, 8),
      'leaves a gap',
    ],
  ])('%s', (_, bytes, message) => {
    try {
      decodeSafetensors(bytes, 'weights.safetensors')
      expect.unreachable()
    } catch (error) {
      expect((error as Error).message).toContain(message)
      expect((error as Error).message).toMatch(/^weights\.safetensors is not a sound safetensors file: /)
      expect(isLockstepError(error) && error.code).toBe('invalid-data')
    }
  })
})

describe('encodeSafetensors refuses', () => {
  it.each<[string, string, unknown, string]>([
    ['the reserved name', '__metadata__', kernel, 'has a name that the format reserves'],
    [
      'another array than the dtype’s',
      'a',
      { ...kernel, dtype: 'F64' },
      'of dtype F64 is held by Float32Array; expected Float64Array',
    ],
    ['an unknown dtype', 'a', { ...kernel, dtype: 'F4' }, 'of dtype F4 is held by Float32Array; expected one of F64'],
    ['too few values', 'a', { ...kernel, shape: [7] }, 'has 6 values; expected as many as the shape [7] takes'],
    ['two negative extents', 'a', { ...kernel, shape: [-2, -3] }, 'expected as many as the shape [-2, -3] takes'],
  ])('%s', (_, name, tensor, message) => {
    const encode = (): unknown =>
      encodeSafetensors({ tensors: new Map([[name, tensor as SafetensorsTensor]]), metadata: {} })
    expect(encode).toThrowError(message)
  })
})
