/** What a rank tells its parent. */
export type FromRank =
  /** It has connected, and adds up without end. */
  | { readonly kind: 'running' }
  /** The group has ended: when, in milliseconds since 1970, and with what words. */
  | { readonly kind: 'ended'; readonly at: number; readonly message: string }

/** What a rank is started with, as JSON. */
export interface RankArguments {
  readonly rank: number
  readonly worldSize: number
  readonly rendezvous: string
  readonly lane: 'shm' | 'file' | 'tcp' | 'zmq'
}

/** The time with parts of milliseconds, the same in all processes of a machine. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}
