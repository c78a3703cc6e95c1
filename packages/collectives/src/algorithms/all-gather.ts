import type { Channel } from './channel.ts'

const lengthBytes = 8

/** Every rank's block, in rank order, each an array of its own; lengths travel ahead of the blocks. */
export async function allGatherBlocks(channel: Channel, block: Uint8Array): Promise<Uint8Array[]> {
  const sends = channel.peers.map((peer) => sendSized(channel, peer, block))
  const ranks = Array.from({ length: channel.worldSize }, (_, rank) => rank)
  const blocks = Promise.all(ranks.map((rank) => (rank === channel.rank ? block.slice() : receiveSized(channel, rank))))
  // The sends as well: the caller may change the block afterwards.
  await Promise.all([blocks, ...sends])
  return blocks
}

/** Sends a block to a rank that does not know its length. */
export async function sendSized(channel: Channel, to: number, block: Uint8Array): Promise<void> {
  const length = new Uint8Array(lengthBytes)
  new DataView(length.buffer).setFloat64(0, block.byteLength, true)
  await Promise.all([channel.send(to, length), channel.send(to, block)])
}

/** Receives what {@link sendSized} sent; `posted` is called as soon as nothing more will be asked of the transport. */
export async function receiveSized(channel: Channel, from: number, posted: () => void = () => {}): Promise<Uint8Array> {
  const length = new Uint8Array(lengthBytes)
  await channel.receive(from, length)
  const block = new Uint8Array(new DataView(length.buffer).getFloat64(0, true))
  const received = channel.receive(from, block)
  posted()
  await received
  return block
}
