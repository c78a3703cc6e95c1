import { Buffer } from 'node:buffer'
import { Random } from '../random.ts'

export type Floats = Float32Array | Float64Array
export type FloatType = 'float32' | 'float64'

/** A prime, so that the pattern begins elsewhere in every block and segment of an array. */
const patternLength = 4093

/** Values of very different size, so that another order of summation gives other bits. */
export function valuesOf(type: FloatType, length: number, rank: number, call = 0): Floats {
  const random = new Random(`${length} ${rank} ${call}`)
  const values = type === 'float32' ? new Float32Array(length) : new Float64Array(length)
  for (let index = 0; index < Math.min(length, patternLength); index++)
    values[index] = (random.next() - 0.5) * 10 ** random.integer(-3, 4)
  for (let at = patternLength; at < length; at += patternLength)
    values.copyWithin(at, 0, Math.min(patternLength, length - at))
  return values
}

/** The ranks' arrays of {@link valuesOf}. */
export function valuesOfAll(type: FloatType, length: number, worldSize: number, call = 0): Floats[] {
  return Array.from({ length: worldSize }, (_, rank) => valuesOf(type, length, rank, call))
}

/** Zeros of the same type and length. */
export function like(array: Floats): Floats {
  return array instanceof Float32Array ? new Float32Array(array.length) : new Float64Array(array.length)
}

/** Throws where a sum is further from the float64 one than P-1 roundings, each of half a unit, allow. */
export function expectSums(what: string, got: Floats, terms: readonly Floats[]): void {
  const unit = got instanceof Float32Array ? 2 ** -24 : 2 ** -53
  for (let index = 0; index < got.length; index++) {
    let exact = 0
    let sizes = 0
    for (const term of terms) {
      exact += term[index] as number
      sizes += Math.abs(term[index] as number)
    }
    const error = Math.abs((got[index] as number) - exact)
    if (!(error <= 1.01 * terms.length * unit * sizes))
      throw new Error(
        `${what}, element ${index} of ${got.length}: got ${got[index]}, expected ${exact}; the terms are ${terms.map((term) => term[index]).join(', ')}`,
      )
  }
}

/** The sum in rank order, rounded after every addition to the type of the terms. */
export function sumInRankOrder(terms: readonly Floats[]): Floats {
  const [first, ...others] = terms as [Floats, ...Floats[]]
  const sum = first.slice()
  for (const term of others) {
    for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] as number) + (term[index] as number)
  }
  return sum
}

/** Throws unless both have the same bits. */
export function expectSameBits(what: string, got: ArrayBufferView, expected: ArrayBufferView): void {
  const [a, b] = [bytesOf(got), bytesOf(expected)]
  if (a.length !== b.length) throw new Error(`${what}: got ${a.length} bytes, expected ${b.length}`)
  if (Buffer.compare(a, b) === 0) return
  const at = a.findIndex((byte, index) => byte !== b[index])
  throw new Error(`${what}: byte ${at} of ${a.length} differs: got ${a[at]}, expected ${b[at]}`)
}

/** Bytes that tell from where to where they go, and which message they are. */
export function pattern(length: number, ...keys: readonly number[]): Uint8Array {
  const random = new Random(`${length} ${keys.join(' ')}`)
  const block = Uint8Array.from({ length: Math.min(length, 4096) }, () => random.integer(0, 255))
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += block.length) bytes.set(block.subarray(0, length - at), at)
  return bytes
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
