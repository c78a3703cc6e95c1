import { type Block, blocksOf, bytesOf, type Floats, part, segmentsOf } from './blocks.ts'
import type { Channel } from './channel.ts'
import { longest, placesFor, type Reduction } from './reduction.ts'

/**
 * All-reduce in two steps: every rank sends each block to its owner, who adds in rank order, and sends the sums to
 * everybody. 2(P-1)/P·S bytes sent by each rank, the least that is possible; every rank talks to every other.
 */
export async function directAllReduce(channel: Channel, reduction: Reduction): Promise<void> {
  const { send, receive, segment } = reduction
  const segments = blocksOf(send.length, channel.worldSize).map((block) => segmentsOf(block, segment))
  const given = giveToOwners(channel, send, segments)
  const shown: Promise<void>[] = []
  await sumOwn(channel, reduction, segments[channel.rank] as Block[], (at, terms) => {
    reduction.workspace.sum(part(receive, at), terms)
    for (const peer of channel.peers) shown.push(channel.send(peer, bytesOf(receive, at)))
  })
  const seen = channel.peers.map(async (owner) => {
    const arriving: Promise<void>[] = []
    for (const [index, at] of (segments[owner] as Block[]).entries()) {
      // In place, the sums arrive where the lane may still be reading this rank's own values.
      await given.get(owner)?.[index]
      arriving.push(channel.receive(owner, bytesOf(receive, at)))
    }
    await Promise.all(arriving)
  })
  await Promise.all([...seen, ...shown])
}

/** The first half of it: `receive`, as long as this rank's block of `blocksOf`, becomes the sum of that block. */
export async function directReduceScatter(channel: Channel, reduction: Reduction): Promise<void> {
  const { send, receive, segment, workspace } = reduction
  const blocks = blocksOf(send.length, channel.worldSize)
  const segments = blocks.map((block) => segmentsOf(block, segment))
  const given = giveToOwners(channel, send, segments)
  const { start: first } = blocks[channel.rank] as Block
  await sumOwn(channel, reduction, segments[channel.rank] as Block[], ({ start, end }, terms) =>
    workspace.sum(part(receive, { start: start - first, end: end - first }), terms),
  )
  await Promise.all([...given.values()].flat())
}

function giveToOwners(channel: Channel, send: Floats, segments: readonly Block[][]): Map<number, Promise<void>[]> {
  return new Map(
    channel.peers.map((owner) => [
      owner,
      (segments[owner] as Block[]).map((at) => channel.send(owner, bytesOf(send, at))),
    ]),
  )
}

/** Gathers what the ranks have of this rank's block, with two segments of every peer in flight, for `add`, in order. */
async function sumOwn(
  channel: Channel,
  reduction: Reduction,
  segments: readonly Block[],
  add: (segment: Block, terms: readonly Floats[]) => void,
): Promise<void> {
  const { worldSize, rank, peers } = channel
  const inFlight = 2
  const places = placesFor(reduction, inFlight * worldSize, longest(segments))
  const place = (index: number, of: number): Floats => {
    const { start, end } = segments[index] as Block
    return (places[(index % inFlight) * worldSize + of] as Floats).subarray(0, end - start)
  }
  const arriving: Promise<unknown>[] = []
  const post = (index: number): void => {
    if (index >= segments.length) return
    const all = Promise.all(peers.map((peer) => channel.receive(peer, bytesOf(place(index, peer)))))
    all.catch(() => {})
    arriving.push(all)
  }
  for (let index = 0; index < inFlight; index++) post(index)
  for (const [index, at] of segments.entries()) {
    await arriving[index]
    const ranks = Array.from({ length: worldSize }, (_, of) => of)
    add(
      at,
      ranks.map((of) => (of === rank ? part(reduction.send, at) : place(index, of))),
    )
    post(index + inFlight)
  }
}
