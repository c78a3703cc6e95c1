import { Contestant, type ContestantSpec, type Racer } from '../train/contestant.ts'
import type { Ask, Command, Reply } from '../train/protocol.ts'

/** One side of a race that is several processes, all of which get every request; rank 0 answers for them. */
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
    return answers[0] as Reply<C>
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

/** Ranks must not write to one file. */
function forRank<C extends Command>(ask: Ask<C>, rank: number): Ask<C> {
  return rank > 0 && 'weightsOut' in ask ? { ...ask, weightsOut: `${ask.weightsOut}.rank${rank}` } : ask
}
