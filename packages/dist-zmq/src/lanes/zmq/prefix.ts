/** What a message between two ranks is: bytes of a payload, a goodbye and its answer, the end of the group, or nothing but an acknowledgement. */
export type Kind = 'data' | 'bye' | 'byeHeard' | 'abort' | 'acknowledgement'

/** What precedes everything that two ranks send each other. */
export interface Prefix {
  readonly kind: Kind
  /** Messages with data that the sender has consumed so far, modulo 2³². */
  readonly consumed: number
  /** Place of the data in the payload that they belong to, in bytes. */
  readonly offset: number
}

/** Bytes of a prefix. */
export const prefixBytes = 16

const kinds: readonly Kind[] = ['data', 'bye', 'byeHeard', 'abort', 'acknowledgement']

export function writePrefix(view: DataView, { kind, consumed, offset }: Prefix): void {
  view.setUint32(0, kinds.indexOf(kind), true)
  view.setUint32(4, consumed, true)
  view.setFloat64(8, offset, true)
}

/** Undefined for what is no prefix. */
export function readPrefix(view: DataView): Prefix | undefined {
  if (view.byteLength < prefixBytes) return undefined
  const kind = kinds[view.getUint32(0, true)]
  return kind && { kind, consumed: view.getUint32(4, true), offset: view.getFloat64(8, true) }
}
