import { takeSegments } from './arrivals.ts'
import { type Block, bytesOf, part, segmentsOf } from './blocks.ts'
import type { Channel } from './channel.ts'
import type { Reduction } from './reduction.ts'

/**
 * All-reduce in 2·log2(P) steps: pairs of ranks exchange halves of what they still have to sum, then the sums in
 * reverse. Where P is no power of two, the first ranks are paired before, and one of each pair sits out. Numbering
 * those that take part 0 to Q-1, rank i is added to rank i+Q/2, those sums likewise, and so on.
 */
export async function halvingDoublingAllReduce(channel: Channel, reduction: Reduction): Promise<void> {
  const { rank, worldSize } = channel
  const { send, receive } = reduction
  const whole = { start: 0, end: send.length }
  const players = 2 ** Math.floor(Math.log2(worldSize))
  const paired = 2 * (worldSize - players)
  const rankOf = (player: number): number => (player < paired / 2 ? 2 * player : player + paired / 2)
  if (receive !== send) receive.set(send)
  if (rank < paired && rank % 2 === 1) {
    await give(channel, reduction, rank - 1, whole)
    await put(channel, reduction, rank - 1, whole)
    return
  }
  if (rank < paired) await add(channel, reduction, rank + 1, whole)
  await play(channel, reduction, rank < paired ? rank / 2 : rank - paired / 2, players, rankOf)
  if (rank < paired) await give(channel, reduction, rank + 1, whole)
}

async function play(
  channel: Channel,
  reduction: Reduction,
  player: number,
  players: number,
  rankOf: (player: number) => number,
): Promise<void> {
  const steps: { readonly partner: number; readonly kept: Block; readonly given: Block }[] = []
  let range: Block = { start: 0, end: reduction.send.length }
  for (let distance = players / 2; distance >= 1; distance /= 2) {
    const [lower, upper] = halves(range)
    const [kept, given] = (player & distance) === 0 ? [lower, upper] : [upper, lower]
    const partner = rankOf(player ^ distance)
    await Promise.all([give(channel, reduction, partner, given), add(channel, reduction, partner, kept)])
    steps.push({ partner, kept, given })
    range = kept
  }
  for (const { partner, kept, given } of steps.reverse()) {
    await Promise.all([give(channel, reduction, partner, kept), put(channel, reduction, partner, given)])
  }
}

function halves({ start, end }: Block): [Block, Block] {
  const middle = Math.min(end, start + Math.ceil((end - start) / 32) * 16)
  return [
    { start, end: middle },
    { start: middle, end },
  ]
}

async function give(channel: Channel, { receive, segment }: Reduction, to: number, range: Block): Promise<void> {
  await Promise.all(segmentsOf(range, segment).map((at) => channel.send(to, bytesOf(receive, at))))
}

async function put(channel: Channel, { receive, segment }: Reduction, from: number, range: Block): Promise<void> {
  await Promise.all(segmentsOf(range, segment).map((at) => channel.receive(from, bytesOf(receive, at))))
}

/** Adds what the other rank has, the lower rank's first. */
async function add(channel: Channel, reduction: Reduction, from: number, range: Block): Promise<void> {
  const { receive, segment, workspace } = reduction
  await takeSegments(channel, reduction, from, segmentsOf(range, segment), (at, values) => {
    const own = part(receive, at)
    workspace.sum(own, from < channel.rank ? [values, own] : [own, values])
  })
}
