import type { Workspace } from '../kernels/workspace.ts'
import type { Block, Floats } from './blocks.ts'
import type { Channel } from './channel.ts'

/** What is to be summed, where to, and with what. */
export interface Reduction<T extends Floats = Floats> {
  /** This rank's values. */
  readonly send: T
  /** Where the sums go; it may be `send` itself. */
  readonly receive: T
  readonly workspace: Workspace
  /** Elements per message of long arrays, the same on every rank. */
  readonly segment: number
}

/** An all-reduce over messages. All ranks run the same one, with arrays of one length. */
export type AllReduceAlgorithm = (channel: Channel, reduction: Reduction) => Promise<void>

/** Memory for messages, of the type of the arrays: `count` places for `elements` each. */
export function placesFor({ send, receive, workspace }: Reduction, count: number, elements: number): Floats[] {
  const float64 = send instanceof Float64Array
  const size = send.BYTES_PER_ELEMENT
  return workspace
    .places(count, elements * size, receive)
    .map(({ buffer, byteOffset }) =>
      float64 ? new Float64Array(buffer, byteOffset, elements) : new Float32Array(buffer, byteOffset, elements),
    )
}

/** Elements of the longest of these blocks. */
export function longest(blocks: readonly Block[]): number {
  return Math.max(0, ...blocks.map(({ start, end }) => end - start))
}
