import { communicator, type Transport } from '@lockstep/collectives'
import { describe, it } from 'vitest'
import { communicatorTests } from '../communicator-tests.ts'
import { transportTests } from '../transport-tests.ts'

/** What makes the groups of a lane. */
export interface Lane {
  readonly name: string
  readonly group: (worldSize: number) => Promise<readonly Transport[]>
  /** Ends a rank as a crash would; default: its disposal. */
  readonly crash?: (transports: readonly Transport[], rank: number) => void
}

/** Runs both kits over a lane, communicators with what they choose by default. */
export function groupKits({ name, group, crash }: Lane): void {
  transportTests({ name, group, ...(crash && { kill: crash }) }, { describe, it })
  const below = new Map<object, readonly Transport[]>()
  communicatorTests(
    {
      name,
      group: async (worldSize, options) => {
        const transports = await group(worldSize)
        const members = transports.map((transport) => communicator(transport, options))
        below.set(members, transports)
        return members
      },
      ...(crash && { kill: (members, rank) => crash(below.get(members) ?? [], rank) }),
    },
    { describe, it },
  )
}
