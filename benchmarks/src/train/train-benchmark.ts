import { type Circumstances, circumstances } from '../machine.ts'
import { type Agreement, agreementOf } from './agreement.ts'
import { Contestant } from './contestant.ts'
import { contestantsOf, type Lineup } from './contestants.ts'
import { type Material, makeMaterial } from './material.ts'
import { type MatmulShare, matmulName, matmulShare } from './matmul-share.ts'
import type { ModelName } from './protocol.ts'
import { type Comparison, compare, type RaceOptions, race, type Turn } from './race.ts'

export interface TrainOptions extends RaceOptions, Lineup {
  readonly batchSize: number
}

/** What is kept of a race. */
export interface TrainResult {
  readonly circumstances: Circumstances
  readonly model: ModelName
  readonly threads: number
  readonly batchSize: number
  readonly steps: number
  readonly data: string
  readonly about: Readonly<Record<string, string>>
  /** For each peer by name. */
  readonly agreement: Readonly<Record<string, Agreement>>
  readonly rounds: readonly (readonly Turn[])[]
  readonly comparisons: readonly Comparison[]
  /** Beside the engine's matrix products, where those were measured. */
  readonly matmul?: MatmulShare
}

/** Checks that all sides compute the same function, then lets them race on `model`. */
export async function trainBenchmark(model: ModelName, options: TrainOptions): Promise<TrainResult> {
  const { steps, threads, batchSize } = options
  const before = circumstances()
  using material = makeMaterial(model, steps * batchSize)
  const contestants = contestantsOf(model, options).map((spec) => new Contestant(spec))
  try {
    const about = await startAll(contestants, model, options, material)
    const agreement = await checkAll(contestants, model, material)
    const all = await race(contestants, options)
    const data = `${material.origin}, ${steps * batchSize} images`
    const rounds = all.map((turns) => turns.filter(({ name }) => name !== matmulName))
    const outcome = {
      rounds,
      comparisons: compare(rounds),
      ...(options.peer === 'matmul' && { matmul: matmulShare(all, model, batchSize) }),
    }
    return { circumstances: before, model, threads, batchSize, steps, data, about, agreement, ...outcome }
  } finally {
    await Promise.all(contestants.map((contestant) => contestant[Symbol.asyncDispose]()))
  }
}

async function startAll(
  contestants: readonly Contestant[],
  model: ModelName,
  { threads, batchSize }: TrainOptions,
  { images, labels, weights }: Material,
): Promise<Record<string, string>> {
  const about: Record<string, string> = {}
  for (const contestant of contestants) {
    const { variant } = contestant.spec
    const answer = await contestant.request('start', { model, threads, batchSize, images, labels, weights, variant })
    Object.assign(about, answer.about)
  }
  return about
}

async function checkAll(
  [ours, ...peers]: readonly Contestant[],
  model: ModelName,
  material: Material,
): Promise<Record<string, Agreement>> {
  const agreement: Record<string, Agreement> = {}
  for (const peer of peers) {
    if (peer.spec.name === matmulName) continue
    agreement[peer.spec.name] = await agreementOf(ours as Contestant, peer, model, material)
  }
  return agreement
}
