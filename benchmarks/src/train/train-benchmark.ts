import { fileURLToPath } from 'node:url'
import { type Circumstances, circumstances } from '../machine.ts'
import { peersPython, peersSource } from '../peers.ts'
import { type Agreement, agreementOf } from './agreement.ts'
import { Contestant, type ContestantSpec } from './contestant.ts'
import { type Material, makeMaterial } from './material.ts'
import type { ModelName } from './protocol.ts'
import { type Comparison, compare, type RaceOptions, race, type Turn } from './race.ts'

export interface TrainOptions extends RaceOptions {
  readonly threads: number
  readonly batchSize: number
  readonly peer: 'torch' | 'none'
  /** Binding of our backend, or `auto`. */
  readonly engine: string
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
}

/** Checks that all sides compute the same function, then lets them race on `model`. */
export async function trainBenchmark(model: ModelName, options: TrainOptions): Promise<TrainResult> {
  const { steps, threads, batchSize } = options
  const before = circumstances()
  using material = makeMaterial(model, steps * batchSize)
  const contestants = specsOf(model, options).map((spec) => new Contestant(spec))
  try {
    const about = await startAll(contestants, model, options, material)
    const agreement = await checkAll(contestants, model, material)
    const rounds = await race(contestants, options)
    const data = `${material.origin}, ${steps * batchSize} images`
    const comparisons = compare(rounds)
    return { circumstances: before, model, threads, batchSize, steps, data, about, agreement, rounds, comparisons }
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
    agreement[peer.spec.name] = await agreementOf(ours as Contestant, peer, model, material)
  }
  return agreement
}

/** Ours first; the peer in each way of running it that may be the fastest. */
function specsOf(model: ModelName, { peer, engine, threads }: TrainOptions): ContestantSpec[] {
  const script = fileURLToPath(new URL('./ours.js', import.meta.url))
  const ours = { name: 'lockstep', program: process.execPath, args: [script], variant: engine }
  if (peer === 'none') return [ours]
  const torch = (name: string, variant: string): ContestantSpec => ({
    name,
    program: peersPython(),
    args: [`${peersSource}torch_train.py`],
    variant,
    env: { OMP_NUM_THREADS: String(threads) },
  })
  const eager = torch('torch eager', 'eager')
  return model === 'mlp' ? [ours, eager] : [ours, eager, torch('torch channels_last', 'channels_last')]
}
