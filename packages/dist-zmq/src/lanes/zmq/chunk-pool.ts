/** Bytes of a message at most; longer payloads travel in several. */
export const chunkBytes: number = 1024 * 1024
/** Copies up to this length are cheap to make anew, and not worth a place in the pool. */
const smallBytes = 32 * 1024

/**
 * Memory that messages are sent from. ZeroMQ reads it at some later time and does not tell when, so a payload that its
 * owner may change has to be copied; and the copy may be reused when the receiver has the message.
 */
export class ChunkPool {
  readonly #free: Uint8Array[] = []

  /** A copy of at most `chunkBytes` bytes. */
  copy(bytes: Uint8Array): Uint8Array {
    if (bytes.byteLength <= smallBytes) return new Uint8Array(bytes)
    const chunk = this.#free.pop() ?? new Uint8Array(chunkBytes)
    chunk.set(bytes)
    return chunk.byteLength === bytes.byteLength ? chunk : chunk.subarray(0, bytes.byteLength)
  }

  /** Takes back what `copy` returned. */
  release(copy: Uint8Array): void {
    if (copy.buffer.byteLength === chunkBytes) this.#free.push(new Uint8Array(copy.buffer))
  }
}
