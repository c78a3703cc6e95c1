import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { LockstepError } from '@lockstep/core'
import { median, type Spread, spread } from '../statistics.ts'
import type { Racer } from './contestant.ts'
import type { Ran } from './protocol.ts'

/** One turn of one contestant. */
export interface Turn {
  readonly name: string
  /** Median time of a step, in milliseconds. */
  readonly stepMs: number
  /** Of the whole turn, divided by its steps. */
  readonly meanStepMs: number
  /** Fastest step of the turn. */
  readonly bestStepMs: number
  readonly loss: number
  /** Share of all cores' time that anyone else used meanwhile, those waiting included; undefined where unknown. */
  readonly disturbance?: number
}

export interface RaceOptions {
  readonly rounds: number
  /** Rounds before those, which do not count. */
  readonly warmUps: number
  /** Steps of a turn. */
  readonly steps: number
  readonly onRound?: (round: number, turns: readonly Turn[]) => void
}

/** Pause between turns, in which the pools of the one before stop spinning. */
const settleMs = 300

/**
 * Rounds in which every contestant takes its turn while all others wait, so that what else the machine does hits all
 * alike. The order rotates from round to round.
 */
export async function race(contestants: readonly Racer[], options: RaceOptions): Promise<Turn[][]> {
  const rounds: Turn[][] = []
  for (let round = -options.warmUps; round < options.rounds; round++) {
    const turns: Turn[] = []
    for (let seat = 0; seat < contestants.length; seat++) {
      const index = (seat + round + options.warmUps) % contestants.length
      turns[index] = await takeTurn(contestants[index] as Racer, options.steps)
    }
    options.onRound?.(round + 1, turns)
    if (round >= 0) rounds.push(turns)
  }
  return rounds
}

async function takeTurn(contestant: Racer, steps: number): Promise<Turn> {
  await sleep(settleMs)
  const disturbance = watch(contestant)
  const ran = await contestant.request('run', { steps })
  const { name } = contestant.spec
  // Not a number arrives as null, for JSON knows none; arithmetic on such values may take a different time.
  if (!Number.isFinite(ran.loss)) {
    const message = `the loss of ${name} is not a number after ${steps} more steps; expected it to go on learning`
    throw new LockstepError('not-a-number', { where: name, step: steps }, message)
  }
  return { name, ...figures(ran), ...disturbance() }
}

/** Begins to watch the processors; the result tells what others than `contestant` have used of them since. */
function watch(contestant: Racer): () => Pick<Turn, 'disturbance'> {
  const [ownBefore, { busy, all }] = [contestant.cpuMs(), processorMs()]
  return () => {
    const [own, now] = [contestant.cpuMs(), processorMs()]
    if (own === undefined || ownBefore === undefined) return {}
    return { disturbance: Math.max(0, now.busy - busy - (own - ownBefore)) / (now.all - all) }
  }
}

function processorMs(): { busy: number; all: number } {
  let [idle, all] = [0, 0]
  for (const { times } of cpus()) {
    idle += times.idle
    all += Object.values(times).reduce((sum, time) => sum + time, 0)
  }
  return { busy: all - idle, all }
}

function figures({ stepMs, totalMs, loss }: Ran): Omit<Turn, 'name' | 'disturbance'> {
  return { stepMs: median(stepMs), meanStepMs: totalMs / stepMs.length, bestStepMs: Math.min(...stepMs), loss }
}

/** How the first contestant did beside another. */
export interface Comparison {
  readonly name: string
  /** Median over rounds of the rounds' medians. */
  readonly stepMs: number
  /** Time of the other / time of the first, round by round; above 1 the first is faster. */
  readonly ratios: readonly number[]
  readonly ratio: Spread
}

/** Compares every contestant with the first, fastest other one first. */
export function compare(rounds: readonly (readonly Turn[])[]): Comparison[] {
  const names = rounds[0]?.map(({ name }) => name) ?? []
  const timesOf = (index: number): number[] => rounds.map((turns) => (turns[index] as Turn).stepMs)
  const ours = timesOf(0)
  const comparisons = names.slice(1).map((name, other): Comparison => {
    const times = timesOf(other + 1)
    const ratios = times.map((time, round) => time / (ours[round] as number))
    return { name, stepMs: median(times), ratios, ratio: spread(ratios) }
  })
  return comparisons.sort((a, b) => a.stepMs - b.stepMs)
}
