import type { Device } from '@lockstep/core'
import type { Candidate } from './candidates.ts'

/** What the child process is to do. */
export interface ProbeTask {
  readonly candidate: Candidate
  /** Only list the devices. */
  readonly listOnly: boolean
  /** The device to train on; default: the first. */
  readonly device?: string
}

/** What it says, in this order; one that ends without `trained` or `failed` crashed. */
export type ProbeMessage =
  | { readonly kind: 'devices'; readonly devices: readonly Device[] }
  | { readonly kind: 'trained'; readonly losses: readonly number[]; readonly stepMilliseconds: number }
  | {
      readonly kind: 'failed'
      /** Whether it is only not there, or does not work. */
      readonly missing: boolean
      readonly reason: string
      readonly remedy?: string
    }
