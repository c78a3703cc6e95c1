import type { UpdateScalars } from '../apply/index.ts'
import type { Learner } from '../learners/learner.ts'
import type { Batch } from './batch.ts'
import { diagnose } from './diagnose.ts'
import type { Feed } from './feed.ts'
import { feedBatch } from './feed-batch.ts'
import type { Objective } from './objective.ts'
import { names } from './program.ts'
import type { Position } from './progress.ts'
import type { Session } from './session.ts'
import type { Staged, StepRunner } from './step-runner.ts'
import { denominatorOf, Totals } from './totals.ts'
import type { Unit } from './units.ts'
import { updateScalars, writeScalars } from './updater.ts'

/** Runs training units on a session, for one process alone. */
export class Steps implements StepRunner {
  readonly #session: Session
  readonly #learner: Learner
  readonly #seed: number
  readonly #inGraph: boolean
  /** The first place where a value that is not finite came up, once a loss was not. */
  nonFinite: string | undefined

  /** `inGraph`: the update is part of the call (fused steps), not a pass of its own. */
  constructor(session: Session, learner: Learner, seed: number, inGraph: boolean) {
    this.#session = session
    this.#learner = learner
    this.#seed = seed
    this.#inGraph = inGraph
  }

  get hasPauses(): boolean {
    return !this.#inGraph && this.#session.update.shared
  }

  async stage(unit: Unit, position: Position): Promise<Staged> {
    const [batch] = unit.batches
    if (batch === undefined || batch.size === 0)
      return { unit, position, feed: undefined, [Symbol.dispose]: () => undefined }
    const { program } = this.#session
    const kind = this.#inGraph ? 'step' : unit.accumulate ? 'accumulate' : 'gradients'
    const feed = await this.#session.feed(kind, batch.size, unit.batches.length > 1 ? unit.batches.length : undefined)
    for (const [run, each] of unit.batches.entries()) {
      feedBatch(feed, program, each, run)
      feed.randoms.fill({ seed: this.#seed, step: position.step + run, firstPosition: unit.firstPosition }, run)
      writeScalars(feed, scalesOf(program.objectives, unit, each), run)
    }
    return { unit, position, feed, [Symbol.dispose]: () => feed[Symbol.dispose]() }
  }

  async run(staged: Staged, meanwhile?: () => Promise<void>): Promise<Totals[]> {
    using running = staged
    const { unit, position } = running
    const totals = await this.compute(running)
    if (!this.#inGraph && unit.completes?.steps === 1)
      await this.update(
        { denominator: unit.denominators[0] ?? 0, samples: unit.completes.samples },
        position,
        meanwhile,
      )
    return totals
  }

  async leave(staged: Staged): Promise<void> {
    staged[Symbol.dispose]()
  }

  /** The part of {@link run} before the update: gradients go to the state. Returns the totals of each of the batches. */
  async compute(staged: Staged): Promise<Totals[]> {
    const { unit, feed, position } = staged
    const layout = this.#session.sums
    if (this.#inGraph) this.#feedScalars(unit, feed, position)
    await feed?.run()
    const all = feed?.outputs[names.sums] ?? new Float32Array(layout.length)
    this.nonFinite ??= await this.#findNonFinite(all, staged)
    return unit.batches.map((batch, run) =>
      Totals.ofBatch(layout, all.subarray(run * layout.length, (run + 1) * layout.length), batch),
    )
  }

  /** The update by the gradient sums in the state, divided by `denominator`; `meanwhile` as in {@link run}. */
  async update(
    { denominator, samples }: { readonly denominator: number; readonly samples: number },
    position: Position,
    meanwhile?: () => Promise<void>,
  ): Promise<void> {
    await this.#session.update.run(this.#scalars(denominator, samples, position), meanwhile)
  }

  async #findNonFinite(sums: Float32Array, { unit, feed }: Staged): Promise<string | undefined> {
    const first = sums.findIndex((sum) => !Number.isFinite(sum))
    if (first < 0 || feed === undefined) return undefined
    const run = Math.floor(first / this.#session.sums.length)
    return diagnose(this.#session, unit.batches[run] as Batch, feed, run)
  }

  #feedScalars(unit: Unit, feed: Feed | undefined, position: Position): void {
    if (feed === undefined) return
    for (const [run, batch] of unit.batches.entries()) {
      const before = { step: position.step + run, samples: position.samples + run * batch.size }
      writeScalars(feed, updateScalars(this.#scalars(denominatorOf(batch, 0), batch.size, before)), run)
    }
  }

  #scalars(denominator: number, sampleCount: number, position: Position): UpdateScalars {
    const hyperparameters = this.#learner.hyperparameters({ ...position, batchSamples: sampleCount })
    // Without any weighted sample the sums are zero, whatever they are divided by.
    return { denominator: Math.max(1, denominator), sampleCount, step: position.step, hyperparameters }
  }
}

/** With several outputs: factors that let one division, by the first output's denominator, serve all of them. */
export function scalesOf(objectives: readonly Objective[], unit: Unit, batch: Batch): Record<string, number> {
  const denominator = (index: number): number => unit.denominators[index] ?? denominatorOf(batch, index)
  const first = Math.max(1, denominator(0))
  const entries = objectives.map(({ name, lossWeight }, index) => [
    names.scale(name),
    (lossWeight * first) / Math.max(1, denominator(index)),
  ])
  return Object.fromEntries(entries)
}
