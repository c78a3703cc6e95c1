import type { Channel } from './channel.ts'

/** Returns when every rank has come: in round k each tells the rank 2^k after it, and hears of the one 2^k before. */
export async function dissemination(channel: Channel): Promise<void> {
  const { rank, worldSize } = channel
  const nothing = new Uint8Array(0)
  for (let distance = 1; distance < worldSize; distance *= 2) {
    const to = (rank + distance) % worldSize
    const from = (rank - distance + worldSize) % worldSize
    await Promise.all([channel.send(to, nothing), channel.receive(from, nothing)])
  }
}
