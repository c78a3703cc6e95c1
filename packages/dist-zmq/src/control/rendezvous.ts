import type { Limits, Sockets } from './sockets.ts'

/** Where and how the ranks of a group meet. */
export interface Rendezvous {
  /** `tcp://host:port`, as ZeroMQ takes it. */
  readonly endpoint: string
  readonly ipv6: boolean
  readonly sockets: Sockets
  /** How long the ranks wait for one another, in milliseconds. */
  readonly patienceMs: number
  /** How long a rank may be silent, or keep the others waiting, once the group has formed. */
  readonly timeoutMs: number
  /** Number of the group to form; only rank 0's counts. */
  readonly generation: number
  readonly log: (line: string) => void
}

/** Control messages are small and few. Sends do not wait: a hub must not be kept up by one rank. */
export function controlLimits(ipv6: boolean): Limits {
  return { maxMessageSize: 4 * 1024 * 1024, highWaterMark: 10_000, sendTimeout: 0, ipv6, heartbeats: true }
}
