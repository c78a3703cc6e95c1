import type { Learner } from '../learners/learner.ts'
import { type Batch, gatherRows } from './batch.ts'
import { diagnose } from './diagnose.ts'
import type { Feed } from './feed.ts'
import type { Objective } from './objective.ts'
import { names, type Program } from './program.ts'
import { type Session, type UpdateScalars, updateScalars, writeScalars } from './session.ts'
import { denominatorOf, sumsLayout } from './totals.ts'
import type { Unit } from './units.ts'

/** How far training has come; counted in global updates and samples. */
export interface Position {
  readonly step: number
  readonly samples: number
}

/** A unit whose batches lie in the engine's memory, ready to run. */
export interface Staged {
  readonly unit: Unit
  readonly feed: Feed | undefined
}

/** Runs training units on a session. Staging one unit while another runs is safe: they use different memory. */
export class Steps {
  readonly #session: Session
  readonly #learner: Learner
  readonly #seed: number
  readonly #inGraph: boolean
  readonly #length: number
  #slot = 0
  /** The first place where a value that is not finite came up, once a loss was not. */
  nonFinite: string | undefined

  /** `inGraph`: the update is part of the call (fused steps), not a pass of its own. */
  constructor(session: Session, learner: Learner, seed: number, inGraph: boolean) {
    this.#session = session
    this.#learner = learner
    this.#seed = seed
    this.#inGraph = inGraph
    this.#length = sumsLayout(session.program.objectives).length
  }

  /** Copies a unit's data and draws its random tensors; `position` is that before the unit's update. */
  async stage(unit: Unit, position: Position): Promise<Staged> {
    const [batch] = unit.batches
    if (batch === undefined || batch.size === 0) return { unit, feed: undefined }
    const kind = this.#inGraph ? 'step' : unit.accumulate ? 'accumulate' : 'gradients'
    this.#slot = 1 - this.#slot
    const fused = unit.batches.length > 1 ? unit.batches.length : undefined
    const feed = await this.#session.feed(kind, batch.size, this.#slot, fused)
    for (const [run, each] of unit.batches.entries()) {
      feedBatch(feed, this.#session.program, each, run)
      feed.randoms.fill({ seed: this.#seed, step: position.step + run, firstPosition: unit.firstPosition }, run)
      writeScalars(feed, scalesOf(this.#session.program.objectives, unit, each), run)
    }
    return { unit, feed }
  }

  /** Runs a staged unit and, where it completes a step, the update. Returns the sums of each of its batches. */
  async run({ unit, feed }: Staged, position: Position): Promise<Float32Array[]> {
    if (this.#inGraph) this.#feedScalars(unit, feed, position)
    await feed?.run()
    const all = feed?.outputs[names.sums] ?? new Float32Array(this.#length)
    if (this.nonFinite === undefined && !all.every(Number.isFinite))
      this.nonFinite = await diagnose(this.#session, unit, feed)
    if (!this.#inGraph && unit.completes !== undefined) {
      await this.#session.update(this.#scalars(unit.denominators[0] ?? 0, unit.completes.samples, position))
    }
    return unit.batches.map((_, run) => all.slice(run * this.#length, (run + 1) * this.#length))
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
    return { denominator: Math.max(1, denominator), sampleCount, hyperparameters }
  }
}

/** Work that will be awaited later: a failure until then is not an unhandled one. */
export function begin<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}

/** Copies the data of a batch into the memory of run number `run` of a feed. */
export function feedBatch(feed: Feed, { network, objectives }: Program, batch: Batch, run: number): void {
  const write = (name: string, copy: (memory: Feed['inputs'][string]) => void): void => {
    const memory = feed.inputs[name]
    if (memory === undefined) return
    const length = memory.length / feed.runs
    copy(memory.subarray(run * length, (run + 1) * length))
  }
  for (const [index, { name }] of network.inputs.entries()) {
    const array = batch.inputs[index]
    if (array !== undefined) write(names.input(name), (memory) => gatherRows(array, batch.rows, memory))
  }
  for (const [index, { name }] of objectives.entries()) {
    const [targets, weights] = [batch.targets[index], batch.weights[index]]
    if (targets !== undefined) write(names.target(name), (memory) => gatherRows(targets, batch.rows, memory))
    if (weights !== undefined) write(names.weight(name), (memory) => memory.set(weights))
  }
}

/** With several outputs: factors that let one division, by the first output's denominator, serve all of them. */
function scalesOf(objectives: readonly Objective[], unit: Unit, batch: Batch): Record<string, number> {
  const denominator = (index: number): number => unit.denominators[index] ?? denominatorOf(batch, index)
  const first = Math.max(1, denominator(0))
  const entries = objectives.map(({ name, lossWeight }, index) => [
    names.scale(name),
    (lossWeight * first) / Math.max(1, denominator(index)),
  ])
  return Object.fromEntries(entries)
}

/** The position after a unit. */
export function after({ step, samples }: Position, { completes }: Unit): Position {
  return { step: step + (completes?.steps ?? 0), samples: samples + (completes?.samples ?? 0) }
}
