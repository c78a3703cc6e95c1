import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { LockstepError } from '@lockstep/core'

/** The images of an idx3 file: `count × rows × columns` bytes, row by row, 0 = background, 255 = full ink. */
export interface IdxImages {
  readonly count: number
  readonly rows: number
  readonly columns: number
  /** A view of the file's bytes, not a copy. */
  readonly pixels: Uint8Array
}

const imagesMagic = 0x00000803
const labelsMagic = 0x00000801
const inflate: (bytes: Uint8Array) => Promise<Uint8Array> = promisify(gunzip)

/**
 * The idx bytes inside `bytes`: inflated when they start with gzip's magic number, else returned as they are.
 * `source` is the file or address that an error names. Rejects with `invalid-data` when the gzip stream is damaged.
 */
export async function unpackIdx(bytes: Uint8Array, source: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return await inflate(bytes)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw invalid(source, `its ${bytes.length} gzip bytes do not unpack (${reason})`, 'a complete gzip stream', cause)
  }
}

/** Reads an unpacked idx3 file of unsigned bytes (Yann LeCun's format, big-endian). Throws `invalid-data`. */
export function parseIdxImages(bytes: Uint8Array, source: string): IdxImages {
  const [count, rows, columns] = readHeader(bytes, source, imagesMagic, 'images', 3) as [number, number, number]
  return { count, rows, columns, pixels: bytes.subarray(16) }
}

/** Reads an unpacked idx1 file of digits 0 to 9; the result is a view of `bytes`. Throws `invalid-data`. */
export function parseIdxLabels(bytes: Uint8Array, source: string): Uint8Array {
  readHeader(bytes, source, labelsMagic, 'labels', 1)
  const labels = bytes.subarray(8)
  const wrong = labels.findIndex((label) => label > 9)
  if (wrong >= 0) throw invalid(source, `label number ${wrong} is ${labels[wrong]}`, 'digits from 0 to 9')
  return labels
}

function readHeader(bytes: Uint8Array, source: string, magic: number, kind: string, dimensions: number): number[] {
  const headerLength = 4 + 4 * dimensions
  if (bytes.length < headerLength) {
    throw invalid(source, `it is ${bytes.length} bytes long`, `at least the ${headerLength} bytes of a header`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  checkMagic(view.getUint32(0), source, magic, kind)
  const sizes = Array.from({ length: dimensions }, (_, index) => view.getUint32(4 + 4 * index))
  const expected = sizes.reduce((product, size) => product * size, 1)
  const found = bytes.length - headerLength
  if (found !== expected) {
    const trouble = found < expected ? 'cut short' : 'too long'
    throw invalid(
      source,
      `it is ${trouble}: ${found} bytes follow the header`,
      `${sizes.join(' × ')} = ${expected} bytes`,
    )
  }
  return sizes
}

function checkMagic(found: number, source: string, expected: number, kind: string): void {
  if (found === expected) return
  const mixedUp = found === imagesMagic || found === labelsMagic ? ' (images and labels are swapped)' : ''
  throw invalid(
    source,
    `it starts with ${hex(found)}${mixedUp}`,
    `${hex(expected)}, the mark of an idx file of ${kind}`,
  )
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}

function invalid(source: string, problem: string, expected: string, cause?: unknown): LockstepError {
  const message = `${source} is damaged: ${problem}; expected ${expected}. Fetch the file again or remove it.`
  return new LockstepError('invalid-data', { source }, message, cause === undefined ? undefined : { cause })
}
