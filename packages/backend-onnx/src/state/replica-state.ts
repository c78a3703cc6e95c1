import type { Arena, Graph, Range, Tensors } from '@lockstep/core'
import type { BusTraffic } from '../engine/bus-meter.ts'
import type { Binding } from '../engine/engine.ts'

/** A graph compiled for a replica's state. */
export interface Prepared {
  /** Ties it to the state and to memory, as `Call.bind` promises; what was given has been checked. */
  attach(inputs: Tensors, outputs: Tensors): Binding
  /** After all its bindings. */
  release(): Promise<void>
}

/** Where a replica's state lies, and how graphs are compiled to work on it there. Whoever calls has checked everything. */
export interface ReplicaState {
  /** The state itself where that is host memory. */
  readonly arena?: Arena
  /** What crossed the bus, where there is one. */
  readonly traffic?: BusTraffic
  /** `steps` runs of the graph in one. */
  prepare(graph: Graph, steps: number): Promise<Prepared>
  read(into: Float32Array, range: Range): Promise<void>
  write(from: Float32Array, range: Range): Promise<void>
  /** After everything that was prepared. */
  release(): Promise<void>
}
