import { LockstepError } from '@lockstep/core/errors'
import { wrongVariable } from './variables.ts'

/** A host name or address, and a port. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Where a process stands in its job, as a launcher says it. */
export interface Place {
  /** Who says so, for messages. */
  readonly launcher: string
  readonly rank: number
  readonly worldSize: number
  readonly localRank?: number | undefined
  readonly localWorldSize?: number | undefined
  /** Where rank 0 is met; undefined where the launcher does not tell. */
  readonly rendezvous?: Endpoint | undefined
  readonly job?: string | undefined
  /** How often the job has been started again. */
  readonly restarts?: number | undefined
  /** Variables that say the rank and the world size, for messages. */
  readonly saidBy: string
}

/** Refuses ranks that a world of that size does not have. */
export function checkedPlace(place: Place): Place {
  const { rank, worldSize, saidBy } = place
  if (rank < worldSize) return place
  throw wrongVariable(
    saidBy,
    `${saidBy} say rank ${rank} of ${worldSize}`,
    `ranks go from 0 to ${worldSize - 1}; correct one of them`,
  )
}

/** Reads `host:port`, `[::1]:port` for IPv6; `source` names the option or variable. */
export function parseEndpoint(text: string, source: string): Endpoint {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:\s]+)):(?<port>\d+)$/.exec(text.trim())
  const host = match?.groups?.['v6'] ?? match?.groups?.['host']
  const port = Number(match?.groups?.['port'])
  if (host !== undefined && port > 0 && port < 65_536) return { host, port }
  const message = `${source} is '${text}'; expected host:port with a port from 1 to 65535, like 10.0.0.1:5678 or [::1]:5678`
  throw new LockstepError('invalid-argument', { argument: source }, message)
}
