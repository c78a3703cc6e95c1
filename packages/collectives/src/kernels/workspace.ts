import type { Floats } from '../algorithms/blocks.ts'

/** Memory for messages and the arithmetic on them. */
export interface Workspace {
  /** `count` places of `byteLength` bytes, aligned to 64, valid until the next call; what they hold is undefined. */
  places(count: number, byteLength: number): Uint8Array<ArrayBuffer>[]
  /** `into` becomes the sum of arrays as long as itself, added from the first to the last; it may be one of them. */
  sum(into: Floats, terms: readonly Floats[]): void
  /** Zeroed memory of the caller's, aligned to 64, in which sums need no copies. */
  allocate(byteLength: number): Uint8Array<ArrayBuffer>
}

export function javascriptWorkspace(): Workspace {
  return {
    places: (count, byteLength) => Array.from({ length: count }, () => new Uint8Array(byteLength)),
    allocate: (byteLength) => new Uint8Array(byteLength),
    sum(into, terms) {
      const round = into instanceof Float32Array ? Math.fround : (value: number) => value
      for (let index = 0; index < into.length; index++) {
        let sum = terms[0]?.[index] as number
        for (let term = 1; term < terms.length; term++) sum = round(sum + (terms[term]?.[index] as number))
        into[index] = sum
      }
    },
  }
}
