import { randomBytes } from 'node:crypto'
import { freePort, localVariables, nodeCommand, placeRanks, placeVariables } from '@lockstep/dist-zmq/launch'
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

/** Which racer is which. What is held against the ranks has its turns next to theirs, for cores change their speed. */
const seats = { single: 0, ranks: 1, threads: 2, bound: 3, apart: 4, torchThreads: 5, torchRanks: 6 } as const

/** A side of the race, and what it computes with. */
interface Entrant {
  readonly racer: Racer
  readonly threads: number
  readonly batchSize: number
}

/**
 * One process with one thread, which prepares its batches on whatever core is idle, and one that is bound to its core as
 * a rank is; one with as many threads as there are ranks, and so many ranks with one thread each, all with the same
 * global batch; so many processes that each train a rank's part of it and exchange nothing, which is what the machine
 * has to give; PyTorch's one process and its DistributedDataParallel over Gloo beside them.
 */
export async function scalingBenchmark(model: ModelName, options: ScalingOptions): Promise<ScalingResult> {
  const { steps, batchSize, workers } = options
  const before = circumstances()
  using material = makeMaterial(model, steps * batchSize)
  const entrants = await allEntrants(model, options)
  const racers = entrants.map(({ racer }) => racer)
  try {
    for (const entrant of entrants) await start(entrant, model, material)
    const [first, ...others] = entrants.filter((entrant) => entrant.batchSize === batchSize)
    // A fast answer to another question would be worth nothing.
    for (const { racer } of others) await agreementOf((first as Entrant).racer, racer, model, material)
    const rounds = await race(racers, options)
    return { circumstances: before, model, workers, batchSize, steps, rounds, figures: figuresOf(rounds, workers) }
  } finally {
    await Promise.all(racers.map((racer) => racer[Symbol.asyncDispose]()))
  }
}

async function allEntrants(model: ModelName, options: ScalingOptions): Promise<Entrant[]> {
  const { workers, batchSize, torch: withTorch } = options
  // Only images have a memory format.
  const format = model === 'cnn' ? options.format : 'eager'
  const our = (name: string, threads: number): ContestantSpec => {
    return { ...ours({ backend: 'onnx', peer: 'none', threads }), name: `lockstep ${name}` }
  }
  const ranks = launched(our(`${workers} × 1`, 1))
  const apart = launched(our(`${workers} × 1, apart`, 1))
  const bound = launched(our('1 × 1, bound', 1))
  const entrants: Entrant[] = [
    { racer: new Contestant(our('1 × 1', 1)), threads: 1, batchSize },
    { racer: new RankGroup(ranks, await ourRanks(workers)), threads: 1, batchSize },
    { racer: new Contestant(our(`1 × ${workers}`, workers)), threads: workers, batchSize },
    { racer: new RankGroup(bound, ranksApart(workers).slice(0, 1)), threads: 1, batchSize },
    { racer: new RankGroup(apart, ranksApart(workers)), threads: 1, batchSize: Math.ceil(batchSize / workers) },
  ]
  if (!withTorch) return entrants
  const ddp = torch(`torch DDP ${workers} × 1`, format, 1)
  return [
    ...entrants,
    { racer: new Contestant(torch(`torch 1 × ${workers}`, format, workers)), threads: workers, batchSize },
    { racer: new RankGroup(ddp, await torchRanks(workers)), threads: 1, batchSize },
  ]
}

/** As `lockstep run` starts ranks. */
function launched(spec: ContestantSpec): ContestantSpec {
  const { program, args } = nodeCommand(spec.args)
  return { ...spec, program, args }
}

async function ourRanks(workers: number): Promise<Record<string, string>[]> {
  const address = {
    job: randomBytes(8).toString('hex'),
    worldSize: workers,
    rendezvous: `127.0.0.1:${await freePort()}`,
  }
  return placeRanks([{ host: undefined, slots: workers }]).map((place) => placeVariables(place, address))
}

/** Cores of their own, and no group. */
function ranksApart(workers: number): Record<string, string>[] {
  return placeRanks([{ host: undefined, slots: workers }]).map(localVariables)
}

async function torchRanks(workers: number): Promise<Record<string, string>[]> {
  const size = String(workers)
  const shared = {
    WORLD_SIZE: size,
    LOCAL_WORLD_SIZE: size,
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: String(await freePort()),
  }
  return Array.from({ length: workers }, (_, rank) => ({ ...shared, RANK: String(rank), LOCAL_RANK: String(rank) }))
}

async function start(
  { racer, threads, batchSize }: Entrant,
  model: ModelName,
  { images, labels, weights }: Material,
): Promise<void> {
  await racer.request('start', { model, threads, batchSize, images, labels, weights, variant: racer.spec.variant })
}

function figuresOf(rounds: readonly (readonly Turn[])[], workers: number): ScalingFigure[] {
  const time = (round: readonly Turn[], seat: number): number => round[seat]?.stepMs ?? Number.NaN
  const figure = (what: string, of: (round: readonly Turn[]) => number): ScalingFigure => {
    const ratios = rounds.map(of)
    return { what, ratios, ratio: spread(ratios) }
  }
  const ofRanks = (beside: string, seat: number, times = 1): ScalingFigure => {
    return figure(`speed of ${workers} workers ÷ ${beside}`, (round) => {
      return time(round, seat) / (times * time(round, seats.ranks))
    })
  }
  const figures = [
    ofRanks(`(${workers} × one worker of one thread)`, seats.single, workers),
    ofRanks(`(${workers} × one worker of one thread, bound)`, seats.bound, workers),
    ofRanks(`one worker of ${workers} threads`, seats.threads),
    ofRanks('that of as many that exchange nothing', seats.apart),
  ]
  if ((rounds[0]?.length ?? 0) <= seats.torchRanks) return figures
  return [
    ...figures,
    figure(`the same of PyTorch: DDP over Gloo ÷ one process of ${workers} threads`, (round) => {
      return time(round, seats.torchThreads) / time(round, seats.torchRanks)
    }),
  ]
}
