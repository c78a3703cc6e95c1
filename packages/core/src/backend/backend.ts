import type { Graph } from '../graph/graph.ts'
import type { Arena } from './arena.ts'
import type { Range, StateLayout } from './state-layout.ts'

/** A place where graphs run. */
export interface Device {
  /** `cpu:0`, `cuda:1`, `webgpu:0`. */
  readonly id: string
  readonly kind: 'cpu' | 'cuda' | 'webgpu'
  /** As its maker calls it. */
  readonly name: string
  /** What computes on it, with versions: `ONNX Runtime 1.30.0 (C API)`, `TensorFlow 2.21.0 (tfjs-node 4.22.0)`. */
  readonly engine: string
  readonly memoryBytes?: number
  /** What two replicas of one job must not share to run side by side. */
  readonly isolation: 'none' | 'thread' | 'process'
}

/** How another thread or process makes the same backend: a module, the name of its factory, plain options. */
export interface BackendDescriptor {
  readonly module: string
  readonly factory: string
  readonly options: Readonly<Record<string, unknown>>
}

/** What a backend can do beyond the required; everything not declared here is refused, never approximated. */
export interface BackendCapabilities {
  /** `prepare(graph, { steps })` fuses steps into one run. */
  readonly fusedSteps: boolean
}

/** A compiler for graphs onto one engine. Importing or making one loads nothing; `devices` and `open` do. */
export interface Backend {
  readonly name: string
  readonly descriptor: BackendDescriptor
  readonly capabilities: BackendCapabilities
  devices(): Promise<readonly Device[]>
  /** Makes a replica whose state is all zeros. Rejects with `unavailable` when the engine or the device is not there. */
  open(layout: StateLayout, options?: OpenOptions): Promise<Replica>
}

export interface OpenOptions {
  /** A device's id, or its kind for the first of that kind. Default: the backend's first device. */
  readonly device?: string
  /** Threads that one call may use; default: all cores. */
  readonly threads?: number
}

/** One copy of a job's state on one device. All calls prepared on it read and write that state. */
export interface Replica extends AsyncDisposable {
  readonly device: Device
  /**
   * Where the engine computes on host memory: the state itself, not a copy, laid out from element 0. It may be read
   * and written between runs; a running call owns the entries that its graph reads or updates.
   */
  readonly hostState?: Arena
  /**
   * Compiles a graph, once per hash; also while a call of the replica is running. Rejects with `unsupported` when it
   * cannot be run as it stands.
   */
  prepare(graph: Graph, options?: PrepareOptions): Promise<Call>
  /** Copies `range` of the state (default all of it) into `into`, which has its length. */
  read(into: Float32Array, range?: Range): Promise<void>
  /** Overwrites `range` of the state (default all of it) with `from`, which has its length. */
  write(from: Float32Array, range?: Range): Promise<void>
}

export interface PrepareOptions {
  /**
   * Fuse this many consecutive runs into one: every input, random input and output gains a leading axis of this
   * extent, and state carries over from each run to the next. Only where `capabilities.fusedSteps`.
   */
  readonly steps?: number
}

/** Memory of a bound tensor: Float32Array for float32, Int32Array for int32, Uint8Array of 0 and 1 for bool. */
export type HostTensor = Float32Array | Int32Array | Uint8Array

/** Tensors by name; random inputs go by `randomName(node)`. */
export type Tensors = Readonly<Record<string, HostTensor>>

/** A compiled graph with memory of its own for nothing: it reads and writes what is bound. */
export interface Call extends Disposable {
  /**
   * Sets the memory that every later run reads and writes in place; to be called before the first run and never
   * during one of this call's; other calls of the replica may be running meanwhile. Exactly the graph's inputs,
   * randoms and outputs must be given, each with the right type and length, or `invalid-argument` is thrown and the old
   * binding stays. The call keeps a reference, so the memory stays alive.
   */
  bind(inputs: Tensors, outputs: Tensors): void
  /**
   * Computes outputs and state updates. One run at a time per replica: the caller awaits it. Rejects with
   * `engine-failure` when the engine fails (state and outputs are then undefined), `disposed` after disposal.
   */
  run(): Promise<void>
}
