import { Contestant, type ContestantSpec, type Racer } from '../train/contestant.ts'
import type { Ask, Command, Ran, Reply } from '../train/protocol.ts'

/**
 * One side of a race that is several processes, all of which get every request. Rank 0 answers for them, but a step takes
 * as long as the slowest takes: also where they do not wait for one another, for they stand for ranks that do.
 */
export class RankGroup implements Racer {
  readonly spec: ContestantSpec
  readonly #ranks: readonly Contestant[]

  /** `environments`: what each rank finds in its environment. */
  constructor(spec: ContestantSpec, environments: readonly Readonly<Record<string, string>>[]) {
    this.spec = spec
    this.#ranks = environments.map((env) => new Contestant({ ...spec, env: { ...spec.env, ...env } }))
  }

  async request<C extends Command>(command: C, ask: Ask<C>): Promise<Reply<C>> {
    const answers = await Promise.all(this.#ranks.map((rank, index) => rank.request(command, forRank(ask, index))))
    return slowest(answers)
  }

  cpuMs(): number | undefined {
    const times = this.#ranks.map((rank) => rank.cpuMs())
    return times.some((time) => time === undefined)
      ? undefined
      : times.reduce<number>((sum, time) => sum + (time ?? 0), 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#ranks.map((rank) => rank[Symbol.asyncDispose]()))
  }
}

function slowest<C extends Command>(answers: readonly Reply<C>[]): Reply<C> {
  const [first] = answers as readonly [Reply<C>]
  if (!('stepMs' in first)) return first
  const stepMs = first.stepMs.map((_, step) => Math.max(...answers.map((answer) => (answer as Ran).stepMs[step] ?? 0)))
  return { ...first, stepMs, totalMs: Math.max(...answers.map((answer) => (answer as Ran).totalMs)) }
}

/** Ranks must not write to one file. */
function forRank<C extends Command>(ask: Ask<C>, rank: number): Ask<C> {
  return rank > 0 && 'weightsOut' in ask ? { ...ask, weightsOut: `${ask.weightsOut}.rank${rank}` } : ask
}
