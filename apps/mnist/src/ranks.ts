import type { DataParallelLearner, Model } from '@lockstep/core'
import type { ConnectedCommunicator } from '@lockstep/dist-zmq'

/** What one rank did. */
export interface RankReport {
  readonly rank: number
  /** Equal on all ranks, or something is wrong. */
  readonly parametersSha256: string
  /** Training samples that it computed gradients of, over all epochs. */
  readonly samples: number
  readonly secondsComputing: number
  /** Waiting for slower ranks included. */
  readonly secondsCommunicating: number
  readonly bytesSent: number
  /** What carried its messages: `shm`, `tcp` … */
  readonly lane: string
}

/** The reports of all ranks, in order, on every rank. */
export async function gatherRanks(
  model: Model,
  learner: DataParallelLearner,
  communicator: ConnectedCommunicator,
): Promise<RankReport[]> {
  const { seconds, samples } = learner.distribution
  const own: RankReport = {
    rank: communicator.rank,
    parametersSha256: await model.parametersSha256(),
    samples,
    secondsComputing: seconds.computing,
    secondsCommunicating: seconds.communicating,
    bytesSent: communicator.bytesSent,
    lane: communicator.laneNames,
  }
  const blocks = await communicator.allGather(new TextEncoder().encode(JSON.stringify(own)))
  return blocks.map((block) => JSON.parse(new TextDecoder().decode(block)) as RankReport)
}
