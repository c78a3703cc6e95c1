import type { Envelope, Transport } from '@lockstep/collectives'
import type { GroupTest } from './group.ts'

export type TransportTest = GroupTest<Transport, object>

/** An envelope of some call. */
export function envelopeOf(sequence: number): Envelope {
  return { operation: 'allReduce', sequence, part: 0, dtype: 'float32', count: 25, root: 0 }
}

/** All ordered pairs of different ranks. */
export function pairs(worldSize: number): (readonly [from: number, to: number])[] {
  const ranks = Array.from({ length: worldSize }, (_, rank) => rank)
  return ranks.flatMap((from) => ranks.filter((to) => to !== from).map((to) => [from, to] as const))
}

/** The pairs of ranks that follow one another, in both directions: what large messages are tried with. */
export function neighbours(worldSize: number): (readonly [from: number, to: number])[] {
  return pairs(worldSize).filter(([from, to]) => to === (from + 1) % worldSize || from === (to + 1) % worldSize)
}
