import type { Learner } from '../learners/learner.ts'
import type { Compiled } from '../training/compile.ts'
import { type PlainProgress, plainProgress, readProgress } from '../training/plain-progress.ts'
import type { TrainingProgress } from '../training/progress.ts'
import type { Session } from '../training/session.ts'
import type { Group } from './group.ts'
import { manifest } from './manifest.ts'

/** A model, as far as its ranks take it over from rank 0. */
export interface MeetingModel {
  readonly seed: number
  readonly progress: TrainingProgress
}

/** Whose ranks meet. */
export interface Meeting {
  readonly group: Group
  readonly session: Session
  readonly compiled: Compiled
}

interface Start {
  readonly seed: number
  readonly progress: PlainProgress
}

/**
 * Brings the ranks together before a call: all must make the same one. Where `anew`, or where some rank's state was
 * written to since they last met, everything that they must have in common is compared, which throws `rank-mismatch`,
 * and then state, seed and progress of rank 0 become everyone's.
 */
export async function meet(
  { group, session, compiled }: Meeting,
  call: string,
  model: MeetingModel,
  anew = false,
): Promise<void> {
  const changed = await group.agree('the ranks do not make the same call', { call }, group.changed)
  if (!anew && !changed.includes(true)) return
  const own: Start = { seed: model.seed, progress: plainProgress(model.progress) }
  const [start] = await group.agree('the ranks do not train the same', manifest(compiled), own)
  const { seed, progress } = start as Start
  await session.turns.take(() => broadcastState(group, session))
  group.seed = seed
  Object.assign(model.progress, readProgress(progress))
  group.markEqual()
}

/**
 * After an epoch: where one rank's callbacks have stopped training all stop, and what rank 0's have done to the learning
 * rate or to the state holds for all.
 */
export async function settle(meeting: Meeting, model: MeetingModel & { stopTraining: boolean }): Promise<void> {
  const { group, compiled } = meeting
  const learner = compiled.learner as Learner
  const own = learner.baseLearningRate(model.progress)
  const words = Float64Array.of(model.stopTraining ? 1 : 0, group.rank === 0 ? own : 0)
  await group.sum(words)
  const [stops, rate] = [words[0] as number, words[1] as number]
  if (stops > 0) model.stopTraining = true
  if (rate !== own) learner.setLearningRate(rate)
  await meet(meeting, 'fit', model)
}

/** Weights, statistics and slots of rank 0 to all; in a turn of the session. */
async function broadcastState(group: Group, { replica, plan }: Session): Promise<void> {
  const range = { start: 0, end: plan.exchanged.start }
  const values = replica.hostState?.floats.subarray(0, range.end) ?? new Float32Array(range.end)
  const onDevice = replica.hostState === undefined
  if (onDevice && group.rank === 0) await replica.read(values, range)
  await group.communicator.broadcast(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 0)
  if (onDevice && group.rank !== 0) await replica.write(values, range)
}
