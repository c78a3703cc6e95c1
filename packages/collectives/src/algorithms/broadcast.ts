import { dissemination } from './barrier.ts'
import type { Channel } from './channel.ts'

/**
 * Overwrites `buffer` with the one of rank `root`, along a binomial tree, in segments that are passed on as they come.
 * All ranks meet afterwards: two that differ about the root may have nothing to say to each other before.
 */
export async function broadcastBytes(
  channel: Channel,
  buffer: Uint8Array,
  root: number,
  segmentBytes: number,
): Promise<void> {
  const { parent, children } = placeInTree(channel, root)
  const segments = cut(buffer, segmentBytes)
  const arrivals = parent === undefined ? [] : segments.map((segment) => channel.receive(parent, segment))
  const sends: Promise<void>[] = []
  for (const [index, segment] of segments.entries()) {
    await arrivals[index]
    for (const child of children) sends.push(channel.send(child, segment))
  }
  await Promise.all(sends)
  await dissemination(channel)
}

/** Rank r, counted from the root, hangs below r without its lowest set bit. */
function placeInTree({ rank, worldSize }: Channel, root: number): { parent: number | undefined; children: number[] } {
  const fromRoot = (rank - root + worldSize) % worldSize
  const actual = (counted: number): number => (counted + root) % worldSize
  const children: number[] = []
  for (let bit = 1; fromRoot + bit < worldSize && (fromRoot & bit) === 0; bit <<= 1)
    children.push(actual(fromRoot + bit))
  // The child with the largest branch first.
  children.reverse()
  return { parent: fromRoot === 0 ? undefined : actual(fromRoot & (fromRoot - 1)), children }
}

/** Pieces of a buffer, one at least, so that an empty one is a message too. */
function cut(buffer: Uint8Array, segmentBytes: number): Uint8Array[] {
  const count = Math.max(1, Math.ceil(buffer.byteLength / segmentBytes))
  return Array.from({ length: count }, (_, index) => buffer.subarray(index * segmentBytes, (index + 1) * segmentBytes))
}
