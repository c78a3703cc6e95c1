import { LockstepError } from '@lockstep/core/errors'
import type { ElementType, Envelope, Operation } from './transport.ts'

/** An envelope with the length of its payload: all that sender and receiver must agree on. */
export interface Words extends Envelope {
  readonly byteLength: number
}

const operations: readonly Operation[] = [
  'hello',
  'allReduce',
  'reduceScatter',
  'allGather',
  'broadcast',
  'barrier',
  'pointToPoint',
]
const elementTypes: readonly ElementType[] = ['float32', 'float64', 'bytes']
const agreed = ['operation', 'sequence', 'part', 'dtype', 'count', 'root', 'byteLength'] as const
/** Changes with the layout of a header. */
const version = 1

/** Bytes of a header, a multiple of 8. */
export const headerBytes = 40

/** Writes words as a header: `headerBytes` bytes, little-endian; numbers must be exact in float64. */
export function writeHeader(into: DataView, words: Words): void {
  into.setUint8(0, version)
  into.setUint8(1, operations.indexOf(words.operation))
  into.setUint8(2, elementTypes.indexOf(words.dtype))
  into.setUint8(3, 0)
  into.setUint32(4, words.root, true)
  into.setFloat64(8, words.sequence, true)
  into.setFloat64(16, words.count, true)
  into.setFloat64(24, words.byteLength, true)
  into.setUint32(32, words.part, true)
  into.setUint32(36, 0, true)
}

/** Reads what {@link writeHeader} wrote; throws `invalid-data` for anything else. */
export function readHeader(from: DataView): Words {
  const operation = operations[from.getUint8(1)]
  const dtype = elementTypes[from.getUint8(2)]
  const byteLength = from.getFloat64(24, true)
  if (from.getUint8(0) !== version || !operation || !dtype || !Number.isSafeInteger(byteLength) || byteLength < 0)
    throw new LockstepError(
      'invalid-data',
      { source: 'header of a message' },
      `the header of a message is none of ours (version ${from.getUint8(0)}, expected ${version}); see that all ranks run the same version of Lockstep`,
    )
  return {
    operation,
    dtype,
    byteLength,
    root: from.getUint32(4, true),
    sequence: from.getFloat64(8, true),
    count: from.getFloat64(16, true),
    part: from.getUint32(32, true),
  }
}

/** A call as it stands in messages: `allReduce 3 of 100 float32`. */
export function showCall({ operation, sequence, dtype, count, root }: Omit<Envelope, 'part'>): string {
  const which = operation === 'pointToPoint' ? `the exchange with tag ${sequence}` : `${operation} ${sequence}`
  const elements = count > 0 || operation === 'allReduce' ? ` of ${count} ${dtype}` : ''
  const source = operation === 'broadcast' ? ` from rank ${root}` : ''
  return `${which}${elements}${source}`
}

/** A message in words: `allReduce 3 of 100 float32 (message 0, 200 bytes)`. */
export function showWords(words: Words): string {
  return `${showCall(words)} (message ${words.part}, ${words.byteLength} bytes)`
}

/** The error of two ranks that disagree, with both sides' words, or undefined where they agree in everything. */
export function mismatch(
  sender: { readonly rank: number; readonly words: Words },
  receiver: { readonly rank: number; readonly words: Words },
): LockstepError<'rank-mismatch'> | undefined {
  if (agreed.every((field) => sender.words[field] === receiver.words[field])) return undefined
  return new LockstepError(
    'rank-mismatch',
    { ranks: [sender.rank, receiver.rank] },
    `rank ${sender.rank} sent ${showWords(sender.words)} where rank ${receiver.rank} expected ${showWords(receiver.words)}; every rank must make the same calls in the same order with the same lengths and dtypes`,
  )
}
