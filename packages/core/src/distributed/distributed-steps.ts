import { LockstepError } from '../errors.ts'
import type { Learner } from '../learners/learner.ts'
import type { Batch } from '../training/batch.ts'
import { globalSize } from '../training/batch.ts'
import type { Position } from '../training/progress.ts'
import type { Session } from '../training/session.ts'
import type { Staged, StepRunner } from '../training/step-runner.ts'
import { type Steps, scalesOf } from '../training/steps.ts'
import { Totals } from '../training/totals.ts'
import type { Unit } from '../training/units.ts'
import { writeScalars } from '../training/updater.ts'
import { GradientExchange } from './gradient-exchange.ts'
import type { Group } from './group.ts'

/** What goes with an exchange. */
interface Along {
  /** This rank leaves training here. */
  readonly leaves?: boolean
  readonly meanwhile?: (() => Promise<void>) | undefined
}

/**
 * Runs training units together with other ranks: each computes the sums of its own samples, all add them up, and each
 * makes the same update. Ranks that have no samples in a unit ask nothing of their engine.
 */
export class DistributedSteps implements StepRunner {
  readonly hasPauses = true
  nonFinite: string | undefined
  readonly #steps: Steps
  readonly #session: Session
  readonly #learner: Learner
  readonly #group: Group
  readonly #gradients: GradientExchange
  /** Of the update in progress, for each output: what the losses of all ranks are divided by. */
  #denominators: Float64Array
  /** Whether this rank has had samples in the update in progress. */
  #contributes = false

  constructor(steps: Steps, session: Session, learner: Learner, group: Group) {
    this.#steps = steps
    this.#session = session
    this.#learner = learner
    this.#group = group
    this.#gradients = new GradientExchange(session, group.communicator)
    this.#denominators = new Float64Array(session.program.objectives.length)
  }

  stage(unit: Unit, position: Position): Promise<Staged> {
    return this.#steps.stage(unit, position)
  }

  async run(staged: Staged, meanwhile?: () => Promise<void>): Promise<readonly Totals[] | undefined> {
    using running = staged
    await this.#begin(running)
    const { seconds } = this.#group.distribution
    const before = performance.now()
    const [own] = await this.#steps.compute(running)
    seconds.computing += (performance.now() - before) / 1000
    this.#count(running)
    const joint = await this.#exchange(running, own as Totals, { meanwhile })
    if (joint === undefined) return undefined
    await this.#locate(joint)
    await this.#finish(running, joint)
    return [joint]
  }

  async leave(staged: Staged): Promise<void> {
    using leaving = staged
    await this.#begin(leaving)
    await this.#exchange(leaving, new Totals(this.#session.sums), { leaves: true })
  }

  /**
   * At an update's first unit: losses of several outputs are scaled by denominators of all ranks, which have to be known
   * before gradients are taken.
   */
  async #begin({ unit, feed }: Staged): Promise<void> {
    const { objectives } = this.#session.program
    const several = objectives.length > 1
    if (unit.begins) {
      this.#contributes = false
      this.#denominators.fill(0)
      if (several) {
        this.#denominators.set(unit.denominators)
        await this.#timed(() => this.#group.sum(this.#denominators))
      }
    }
    if (!several || feed === undefined) return
    const denominators = [...this.#denominators]
    writeScalars(feed, scalesOf(objectives, { ...unit, denominators }, unit.batches[0] as Batch))
  }

  #count({ unit, feed }: Staged): void {
    if (feed === undefined) return
    this.#contributes = true
    this.#group.distribution.samples += (unit.batches[0] as Batch).size
  }

  /**
   * The totals of all ranks, with what each rank has to say about going on; where the unit completes a step, gradients
   * travel beside them. Undefined where a rank leaves.
   */
  async #exchange({ unit, position }: Staged, own: Totals, along: Along): Promise<Totals | undefined> {
    const rate = this.#group.rank === 0 ? this.#learner.baseLearningRate(position) : 0
    const words = Float64Array.of(...own.values, along.leaves === true ? 1 : 0, rate)
    await this.#timed(async () => {
      const counts = this.#group.sum(words)
      const gradients = unit.completes?.steps === 1 ? this.#gradients.run(this.#contributes) : undefined
      await Promise.all([counts, gradients, along.meanwhile?.()])
    })
    const [leaving, agreedRate] = [words.at(-2) as number, words.at(-1) as number]
    if (leaving > 0) return undefined
    const joint = new Totals(this.#session.sums, words.subarray(0, own.values.length))
    this.#checkSamples(unit, joint.samples)
    // What rank 0's callbacks have set holds for all.
    if (agreedRate !== this.#learner.baseLearningRate(position)) this.#learner.setLearningRate(agreedRate)
    return joint
  }

  /** The ranks' parts must make up the batch that each of them takes its part to be of. */
  #checkSamples({ batches }: Unit, samples: number): void {
    const expected = globalSize(batches[0] as Batch)
    if (samples === expected) return
    throw new LockstepError(
      'rank-mismatch',
      { ranks: [0, this.#group.rank] },
      `the ranks' parts of a batch hold ${samples} samples together, but rank ${this.#group.rank} has a part of a batch of ${expected}; give every rank the same dataset, which is split for them`,
    )
  }

  async #finish({ unit, position }: Staged, joint: Totals): Promise<void> {
    if (this.#session.program.objectives.length === 1)
      this.#denominators[0] = (this.#denominators[0] as number) + (joint.denominators[0] as number)
    if (unit.completes?.steps !== 1) return
    const before = performance.now()
    const counts = { denominator: this.#denominators[0] as number, samples: unit.completes.samples }
    await this.#steps.update(counts, position)
    this.#group.distribution.seconds.computing += (performance.now() - before) / 1000
  }

  /** When a sum is not finite for the first time, the ranks tell each other where that began. */
  async #locate({ values }: Totals): Promise<void> {
    if (this.nonFinite !== undefined || values.every(Number.isFinite)) return
    const found = await this.#group.gather(this.#steps.nonFinite ?? null)
    const rank = found.findIndex((where) => where !== null)
    this.nonFinite = rank < 0 ? 'loss' : `${found[rank]} on rank ${rank}`
  }

  async #timed<T>(work: () => Promise<T>): Promise<T> {
    const before = performance.now()
    try {
      return await work()
    } finally {
      this.#group.distribution.seconds.communicating += (performance.now() - before) / 1000
    }
  }
}
