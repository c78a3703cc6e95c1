import { takeSegments } from './arrivals.ts'
import { type Block, blocksOf, bytesOf, part, segmentsOf } from './blocks.ts'
import type { Channel } from './channel.ts'
import type { Reduction } from './reduction.ts'

/**
 * All-reduce around a ring: each block travels once around while it is summed, and once more with the sums.
 * 2(P-1)/P·S bytes sent by each rank, to one neighbour only. Block b is added in the order b, b+1, …, P-1, 0, …, b-1.
 */
export async function ringAllReduce(channel: Channel, reduction: Reduction): Promise<void> {
  const { rank, worldSize } = channel
  const { send, receive, segment, workspace } = reduction
  const segments = blocksOf(send.length, worldSize).map((block) => segmentsOf(block, segment))
  const right = (rank + 1) % worldSize
  const left = (rank - 1 + worldSize) % worldSize
  /** Segments of the blocks that come to this rank, beginning with block `first`, in the order in which they come. */
  const coming = (first: number): Block[] =>
    Array.from({ length: worldSize - 1 }, (_, step) => segments[(first - step + worldSize) % worldSize] ?? []).flat()

  const sent = new Map<number, Promise<void>>()
  for (const at of segments[rank] ?? []) sent.set(at.start, channel.send(right, bytesOf(send, at)))
  await takeSegments(channel, reduction, left, coming(left), (at, partial) => {
    workspace.sum(part(receive, at), [partial, part(send, at)])
    sent.set(at.start, channel.send(right, bytesOf(receive, at)))
  })
  await passOn(channel, { from: left, to: right }, reduction, coming(rank), sent)
  await Promise.all(sent.values())
}

/** Receives sums into place and sends them on, but for those that began their way at the next rank. */
async function passOn(
  channel: Channel,
  { from, to }: { readonly from: number; readonly to: number },
  { receive, send }: Reduction,
  segments: readonly Block[],
  sent: Map<number, Promise<void>>,
): Promise<void> {
  const lastBlock = blocksOf(send.length, channel.worldSize)[(to + 1) % channel.worldSize] as Block
  const isLast = ({ start, end }: Block): boolean => start >= lastBlock.start && end <= lastBlock.end
  const arriving: Promise<void>[] = []
  for (let index = 0; index <= segments.length; index++) {
    const next = segments[index]
    if (next !== undefined) {
      // The partial sums that lie there must have left before the sums come.
      await sent.get(next.start)
      arriving.push(channel.receive(from, bytesOf(receive, next)))
    }
    // One behind, so that two are in flight.
    const at = segments[index - 1]
    if (at === undefined) continue
    await arriving[index - 1]
    if (!isLast(at)) sent.set(at.start, channel.send(to, bytesOf(receive, at)))
  }
}
