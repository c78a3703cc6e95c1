import { setTimeout as sleep } from 'node:timers/promises'
import { median, type Spread, spread } from '../statistics.ts'
import { type Cell, cellOf, type Timing } from './cells.ts'
import type { NativePeer } from './native-peers.ts'
import { ourTurn } from './ours.ts'
import type { Way } from './protocol.ts'

/** Somebody who sums. */
export interface Contestant {
  readonly name: string
  readonly turn: (worldSize: number, cells: readonly Cell[]) => Promise<readonly Timing[]>
}

export interface AllReduceOptions {
  readonly bytes: readonly number[]
  readonly ranks: number
  readonly rounds: number
  readonly onRound?: (round: number) => void
}

/** Milliseconds by contestant, size and round; NaN where a turn failed. */
export type Results = ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>

const ways: Readonly<Record<string, Way>> = {
  shm: { lane: 'shm', connect: false, allocated: true },
  'shm, arrays elsewhere': { lane: 'shm', connect: false, allocated: false },
  file: { lane: 'file', connect: false, allocated: false },
  tcp: { lane: 'tcp', connect: false, allocated: true },
  'shm by connect()': { lane: 'shm', connect: true, allocated: true },
  'zmq by connect()': { lane: 'zmq', connect: true, allocated: true },
}

/** Our own contestants. */
export function ours(): Contestant[] {
  return Object.entries(ways).map(([name, way]) => ({ name, turn: (size, cells) => ourTurn(way, size, cells) }))
}

/** Rounds in which everybody takes a turn while the others do not run; the order rotates. */
export async function raceAllReduce(
  contestants: readonly (Contestant | NativePeer)[],
  { bytes, ranks, rounds, onRound }: AllReduceOptions,
  onFailure: (name: string, error: Error) => void,
): Promise<Results> {
  const results = new Map(contestants.map(({ name }) => [name, new Map(bytes.map((size) => [size, [] as number[]]))]))
  for (let round = 0; round < rounds; round++) {
    for (let seat = 0; seat < contestants.length; seat++) {
      const { name, turn } = contestants[(seat + round) % contestants.length] as Contestant
      await sleep(100)
      const timings = await turn(ranks, bytes.map(cellOf)).catch((error: Error) => {
        onFailure(name, error)
        return []
      })
      for (const size of bytes) {
        const ms = timings.find((timing) => timing.bytes === size)?.ms ?? Number.NaN
        results.get(name)?.get(size)?.push(ms)
      }
    }
    onRound?.(round + 1)
  }
  return results
}

/** One contestant beside another. */
export interface Ratio extends Spread {
  readonly rounds: number
}

/** Time of `name` ÷ time of the fastest of `anchors`, round by round; undefined where no round has both. */
export function ratioTo(results: Results, name: string, anchors: readonly string[], size: number): Ratio | undefined {
  const own = results.get(name)?.get(size) ?? []
  const ratios = own.flatMap((ms, round) => {
    const times = anchors.map((anchor) => results.get(anchor)?.get(size)?.[round] ?? Number.NaN)
    const best = Math.min(...times.filter(Number.isFinite))
    return Number.isFinite(ms) && Number.isFinite(best) ? [ms / best] : []
  })
  return ratios.length === 0 ? undefined : { ...spread(ratios), rounds: ratios.length }
}

/** Median milliseconds over the rounds. */
export function medianOf(results: Results, name: string, size: number): number {
  return median((results.get(name)?.get(size) ?? []).filter(Number.isFinite))
}
