import type { Communicator } from '../backend/communicator.ts'
import type { BatchMode } from './deal.ts'

/** Where a rank's time went in training, in seconds. */
export interface RankSeconds {
  /** In gradients and updates. */
  computing: number
  /** In exchanges, waiting for slower ranks included. */
  communicating: number
}

/** How a learner's updates are made by several ranks together. */
export interface Distribution {
  readonly communicator: Communicator
  readonly batchMode: BatchMode
  /** Where rank 0 says what it is about to do, one line a call. */
  readonly onMessage: (message: string) => void
  /** Of this rank so far; counted over all models that use the learner. */
  readonly seconds: RankSeconds
  /** Samples this rank has computed gradients of. */
  samples: number
}
