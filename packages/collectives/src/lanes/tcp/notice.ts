/**
 * What the receiver of messages says against their direction: that it leaves, or why the group ends. Such notices never
 * wait behind a payload.
 */
export type Notice = { readonly kind: 'leaving' } | { readonly kind: 'abort'; readonly reason: Uint8Array }

const lengthBytes = 4
const mostBytes = 65_536

/** A notice as bytes: the length of the reason and the reason; an empty one says goodbye. */
export function encodeNotice(notice: Notice): Uint8Array {
  const reason = notice.kind === 'abort' ? notice.reason.subarray(0, mostBytes) : new Uint8Array(0)
  const bytes = new Uint8Array(lengthBytes + reason.byteLength)
  new DataView(bytes.buffer).setUint32(0, reason.byteLength, true)
  bytes.set(reason, lengthBytes)
  return bytes
}

/** Collects bytes until they are notices. */
export class NoticeReader {
  #bytes: Uint8Array = new Uint8Array(0)

  /** The notices that are whole with these bytes. Throws a RangeError for one that is too long. */
  read(bytes: Uint8Array): Notice[] {
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    const notices: Notice[] = []
    for (let notice = this.#next(); notice !== undefined; notice = this.#next()) notices.push(notice)
    return notices
  }

  #next(): Notice | undefined {
    if (this.#bytes.byteLength < lengthBytes) return undefined
    const length = new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getUint32(0, true)
    if (length > mostBytes) throw new RangeError(`a notice of ${length} bytes`)
    if (this.#bytes.byteLength < lengthBytes + length) return undefined
    const reason = this.#bytes.slice(lengthBytes, lengthBytes + length)
    this.#bytes = this.#bytes.subarray(lengthBytes + length)
    return length === 0 ? { kind: 'leaving' } : { kind: 'abort', reason }
  }
}
