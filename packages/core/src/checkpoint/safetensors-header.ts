import { LockstepError } from '../errors.ts'
import type { Shape } from '../graph/node.ts'

/** Where one tensor lies: `start` and `end` are bytes from the beginning of the data. */
export interface HeaderEntry {
  readonly name: string
  readonly dtype: string
  readonly shape: Shape
  readonly start: number
  readonly end: number
}

export interface Header {
  /** In the order of their data. */
  readonly entries: readonly HeaderEntry[]
  readonly metadata: Readonly<Record<string, string>>
  /** The position in the file at which the header ends and the data begins. */
  readonly dataStart: number
}

/**
 * Reads and checks the header of a safetensors file: every tensor has the length its shape takes, and together they
 * cover the data without a gap or an overlap. `elementSizes` holds the bytes per element of each known dtype. Throws
 * `invalid-data` that names `source`.
 */
export function parseHeader(bytes: Uint8Array, source: string, elementSizes: Readonly<Record<string, number>>): Header {
  const dataStart = headerEnd(bytes, source)
  const { __metadata__: about, ...tensors } = parseJson(bytes.subarray(8, dataStart), source)
  const entries = Object.entries(tensors)
    .map(([name, value]) => parseEntry(name, value, source, elementSizes))
    .sort((a, b) => a.start - b.start || a.end - b.end)
  checkCoverage(entries, bytes.length - dataStart, source)
  return { entries, metadata: parseMetadata(about, source), dataStart }
}

function headerEnd(bytes: Uint8Array, source: string): number {
  if (bytes.length < 8) throw invalid(source, `it is ${bytes.length} bytes long`, 'at least the 8 of a header’s length')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  const available = bytes.length - 8
  if (length <= BigInt(available)) return 8 + Number(length)
  throw invalid(source, `it claims a header of ${length} bytes`, `at most the ${available} bytes that follow`)
}

function parseJson(bytes: Uint8Array, source: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw invalid(source, `its header does not parse (${reason})`, 'JSON in UTF-8', cause)
  }
  if (isRecord(value)) return value
  throw invalid(source, `its header is ${show(value)}`, 'a JSON object')
}

function parseMetadata(value: unknown, source: string): Readonly<Record<string, string>> {
  if (value === undefined) return {}
  if (isRecord(value) && Object.values(value).every((text) => typeof text === 'string')) {
    return value as Readonly<Record<string, string>>
  }
  throw invalid(source, `its __metadata__ is ${show(value)}`, 'an object whose values are strings')
}

function parseEntry(
  name: string,
  value: unknown,
  source: string,
  elementSizes: Readonly<Record<string, number>>,
): HeaderEntry {
  const what = `tensor ${JSON.stringify(name)}`
  if (!isRecord(value)) throw invalid(source, `${what} is ${show(value)}`, 'an object with dtype, shape, data_offsets')
  const { dtype, shape, data_offsets: offsets } = value
  if (typeof dtype !== 'string' || !Object.hasOwn(elementSizes, dtype)) {
    throw invalid(source, `${what} has the dtype ${show(dtype)}`, `one of ${Object.keys(elementSizes).join(', ')}`)
  }
  if (!isCounts(shape)) throw invalid(source, `${what} has the shape ${show(shape)}`, 'a list of whole numbers')
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw invalid(source, `${what} has the data_offsets ${show(offsets)}`, '[start, end]')
  }
  const [start, end] = offsets as [number, number]
  const length = shape.reduce((product, extent) => product * extent, elementSizes[dtype] as number)
  if (end - start !== length) {
    const expected = `${length} for ${dtype} ${show(shape)}`
    throw invalid(source, `${what} has ${end - start} bytes (${start} to ${end})`, expected)
  }
  return { name, dtype, shape, start, end }
}

/** Also finds what the format forbids: gaps, in which anything could hide, and two names for the same bytes. */
function checkCoverage(entries: readonly HeaderEntry[], available: number, source: string): void {
  let position = 0
  for (const { name, start, end } of entries) {
    if (start !== position) {
      const problem = start < position ? 'overlaps the tensor before it' : 'leaves a gap before it'
      throw invalid(source, `tensor ${JSON.stringify(name)} starts at byte ${start} and ${problem}`, `byte ${position}`)
    }
    position = end
  }
  if (position === available) return
  const problem = position > available ? 'cut short' : 'too long'
  throw invalid(source, `it is ${problem}: ${available} bytes of data follow the header`, `${position}`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

function invalid(source: string, problem: string, expected: string, cause?: unknown): LockstepError {
  const message = `${source} is not a sound safetensors file: ${problem}; expected ${expected}. Write or fetch it again.`
  return new LockstepError('invalid-data', { source }, message, cause === undefined ? undefined : { cause })
}
