import type { Feed } from './feed.ts'
import type { Position } from './progress.ts'
import type { Totals } from './totals.ts'
import type { Unit } from './units.ts'

/** A unit whose batches lie in the engine's memory. It is to be run once, or disposed. */
export interface Staged extends Disposable {
  readonly unit: Unit
  /** Where training stands before it. */
  readonly position: Position
  /** None for a batch without samples. */
  readonly feed: Feed | undefined
}

/** Makes the steps of a training, alone or with other ranks. */
export interface StepRunner {
  /** The first place where a value that is not finite came up, once a loss was not. */
  readonly nonFinite: string | undefined
  /** Whether `run` calls `meanwhile`. */
  readonly hasPauses: boolean
  /** Copies a unit's data and draws its random tensors; also while another unit runs. */
  stage(unit: Unit, position: Position): Promise<Staged>
  /**
   * Runs a unit and, where it completes a step, the update; to be called in a turn of the session. Returns the totals of
   * each of its batches, over all ranks; undefined where another rank leaves training here: nothing was updated then.
   * `meanwhile` is called while this thread is free and the engine at rest, where that comes up: while other threads
   * update, or ranks exchange.
   */
  run(staged: Staged, meanwhile?: () => Promise<void>): Promise<readonly Totals[] | undefined>
  /** Leaves training before this unit instead of running it, and so do all ranks; in a turn of the session. */
  leave(staged: Staged): Promise<void>
}
