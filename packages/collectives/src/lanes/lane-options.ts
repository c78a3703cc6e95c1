import { peerLost } from '../reasons.ts'

/** Where a rank runs, for messages about it. */
export interface RankPlace {
  readonly host: string
  readonly pid: number
}

/** Whose messages a lane carries. Every message says the job and the generation, and is refused when they differ. */
export interface LaneOptions {
  readonly rank: number
  readonly worldSize: number
  /** Name of the job: ranks of another one are refused. */
  readonly job: string
  /** Which incarnation of the group within the job, from 0: messages of another one are refused. */
  readonly generation: number
  /** Where the ranks run, by rank; what is not known is left out of messages. */
  readonly places?: readonly (RankPlace | undefined)[] | undefined
}

/** The error of a peer that is gone: {@link peerLost} with where it ran. */
export function rankLost(rank: number, how: string, { places }: Pick<LaneOptions, 'places'>): Error {
  const place = places?.[rank]
  return peerLost(rank, place === undefined ? how : `(${place.host}, process ${place.pid}) ${how}`)
}
