import type { Replica } from '@lockstep/core'
import type { BusTraffic } from './engine/bus-meter.ts'
import { OnnxReplica } from './replica.ts'

export type { BusTraffic } from './engine/bus-meter.ts'

/**
 * What crossed the bus since the replica was opened, kept up to date: inputs, outputs, reads and writes. Undefined for
 * replicas of other backends, and where the state is host memory.
 */
export function busTraffic(replica: Replica): BusTraffic | undefined {
  return replica instanceof OnnxReplica ? replica.traffic : undefined
}
