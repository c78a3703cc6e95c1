import type { Lane } from '../lanes/lane.ts'

/** All that a communication thread needs to know, as plain data. */
export interface GroupSettings {
  readonly rank: number
  readonly worldSize: number
  readonly job: string
  /** Where rank 0 is met. */
  readonly host: string
  readonly port: number
  readonly generation: number
  /** Path of the key file, or undefined: then only loopback is used. */
  readonly keyFile: string | undefined
  readonly timeoutMs: number
  readonly rendezvousTimeoutMs: number
  /** The lane to use with everybody, or undefined: the best for each pair. */
  readonly lane: Lane | undefined
  readonly encrypt: boolean
}
