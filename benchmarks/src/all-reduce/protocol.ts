import type { Cell, Timing } from './cells.ts'

/** How our ranks are to sum: over a lane alone in the calling thread, or as users do, through `connect()`. */
export interface Way {
  readonly lane: 'shm' | 'file' | 'tcp' | 'zmq'
  readonly connect: boolean
  /** Whether the arrays are from `allocate`, which the lane reads in place where it can. */
  readonly allocated: boolean
}

/** What a rank is told. */
export type ToRank =
  | {
      readonly kind: 'start'
      readonly way: Way
      readonly rank: number
      readonly worldSize: number
      /** Where rank 0 meets the others, for `connect()`. */
      readonly rendezvous: string
      readonly cells: readonly Cell[]
    }
  /** What every rank has said, by rank. */
  | { readonly kind: 'said'; readonly values: readonly unknown[] }

/** What a rank tells. */
export type FromRank =
  | { readonly kind: 'says'; readonly value: unknown }
  | { readonly kind: 'done'; readonly timings: readonly Timing[] }
  | { readonly kind: 'failed'; readonly error: string }
