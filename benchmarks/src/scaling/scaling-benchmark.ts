import { randomBytes } from 'node:crypto'
import { freePort, placeRanks, placeVariables } from '@lockstep/dist-zmq/launch'
import { type Circumstances, circumstances } from '../machine.ts'
import { type Spread, spread } from '../statistics.ts'
import { agreementOf } from '../train/agreement.ts'
import { Contestant, type ContestantSpec, type Racer } from '../train/contestant.ts'
import { ours, torch } from '../train/contestants.ts'
import { type Material, makeMaterial } from '../train/material.ts'
import type { ModelName } from '../train/protocol.ts'
import { type RaceOptions, race, type Turn } from '../train/race.ts'
import { RankGroup } from './rank-group.ts'

export interface ScalingOptions extends RaceOptions {
  readonly batchSize: number
  /** Ranks, and threads of the one process they are held against. */
  readonly workers: number
  /** PyTorch's memory format. */
  readonly format: 'eager' | 'channels_last'
  readonly torch: boolean
}

/** One question, answered round by round. */
export interface ScalingFigure {
  readonly what: string
  readonly ratios: readonly number[]
  readonly ratio: Spread
}

export interface ScalingResult {
  readonly circumstances: Circumstances
  readonly model: ModelName
  readonly workers: number
  readonly batchSize: number
  readonly steps: number
  readonly rounds: readonly (readonly Turn[])[]
  readonly figures: readonly ScalingFigure[]
}

/** Which racer is which. */
const seats = { single: 0, threads: 1, ranks: 2, torchThreads: 3, torchRanks: 4 } as const

/**
 * One process with one thread, one with as many threads as there are ranks, and so many ranks with one thread each, all
 * with the same global batch; PyTorch's one process and its DistributedDataParallel over Gloo beside them.
 */
export async function scalingBenchmark(model: ModelName, options: ScalingOptions): Promise<ScalingResult> {
  const { steps, batchSize, workers } = options
  const before = circumstances()
  using material = makeMaterial(model, steps * batchSize)
  const racers = await allRacers(options)
  try {
    for (const racer of racers) await start(racer, model, options, material)
    // A fast answer to another question would be worth nothing.
    for (const other of racers.slice(1)) await agreementOf(racers[0] as Racer, other, model, material)
    const rounds = await race(racers, options)
    return { circumstances: before, model, workers, batchSize, steps, rounds, figures: figuresOf(rounds, workers) }
  } finally {
    await Promise.all(racers.map((racer) => racer[Symbol.asyncDispose]()))
  }
}

async function allRacers({ workers, format, torch: withTorch }: ScalingOptions): Promise<Racer[]> {
  const lineup = { backend: 'onnx', peer: 'none' } as const
  const named = (name: string, spec: ContestantSpec): ContestantSpec => ({ ...spec, name })
  const racers: Racer[] = [
    new Contestant(named('lockstep 1 × 1', ours({ ...lineup, threads: 1 }))),
    new Contestant(named(`lockstep 1 × ${workers}`, ours({ ...lineup, threads: workers }))),
    new RankGroup(named(`lockstep ${workers} × 1`, ours({ ...lineup, threads: 1 })), await ourRanks(workers)),
  ]
  if (!withTorch) return racers
  return [
    ...racers,
    new Contestant(torch(`torch 1 × ${workers}`, format, workers)),
    new RankGroup(torch(`torch DDP ${workers} × 1`, format, 1), await torchRanks(workers)),
  ]
}

async function ourRanks(workers: number): Promise<Record<string, string>[]> {
  const address = {
    job: randomBytes(8).toString('hex'),
    worldSize: workers,
    rendezvous: `127.0.0.1:${await freePort()}`,
  }
  return placeRanks([{ host: undefined, slots: workers }]).map((place) => placeVariables(place, address))
}

async function torchRanks(workers: number): Promise<Record<string, string>[]> {
  const shared = { WORLD_SIZE: String(workers), MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(await freePort()) }
  return Array.from({ length: workers }, (_, rank) => ({ ...shared, RANK: String(rank), LOCAL_RANK: String(rank) }))
}

async function start(
  racer: Racer,
  model: ModelName,
  { batchSize, workers }: ScalingOptions,
  { images, labels, weights }: Material,
): Promise<void> {
  const threads = racer instanceof RankGroup || racer.spec.name.endsWith('1 × 1') ? 1 : workers
  await racer.request('start', { model, threads, batchSize, images, labels, weights, variant: racer.spec.variant })
}

function figuresOf(rounds: readonly (readonly Turn[])[], workers: number): ScalingFigure[] {
  const time = (round: readonly Turn[], seat: number): number => round[seat]?.stepMs ?? Number.NaN
  const figure = (what: string, of: (round: readonly Turn[]) => number): ScalingFigure => {
    const ratios = rounds.map(of)
    return { what, ratios, ratio: spread(ratios) }
  }
  const figures = [
    figure(`speed of ${workers} workers ÷ (${workers} × one worker of one thread)`, (round) => {
      return time(round, seats.single) / (workers * time(round, seats.ranks))
    }),
    figure(`speed of ${workers} workers ÷ one worker of ${workers} threads`, (round) => {
      return time(round, seats.threads) / time(round, seats.ranks)
    }),
  ]
  if ((rounds[0]?.length ?? 0) <= seats.torchRanks) return figures
  return [
    ...figures,
    figure(`the same of PyTorch: DDP over Gloo ÷ one process of ${workers} threads`, (round) => {
      return time(round, seats.torchThreads) / time(round, seats.torchRanks)
    }),
  ]
}
