import { bytesOf, type Floats } from './blocks.ts'
import type { Channel } from './channel.ts'
import { placesFor, type Reduction } from './reduction.ts'

/**
 * All-reduce in one step: every rank sends everything to every other and adds all up by itself, in rank order. The
 * quickest for short arrays, with (P-1)·S bytes sent by each rank.
 */
export async function everyoneAllReduce(channel: Channel, reduction: Reduction): Promise<void> {
  const { send, receive, workspace } = reduction
  const { peers, rank } = channel
  const places = placesFor(reduction, channel.worldSize, send.length)
  const place = (of: number): Floats => places[of] as Floats
  const receives = peers.map((peer) => channel.receive(peer, bytesOf(place(peer))))
  // Sums may go where `send` is, which must not change before the lanes have let go of it.
  await Promise.all([...peers.map((peer) => channel.send(peer, bytesOf(send))), ...receives])
  workspace.sum(
    receive,
    places.map((values, of) => (of === rank ? send : values)),
  )
}
