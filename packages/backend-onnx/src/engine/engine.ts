import type { Device, DType, HostTensor, Shape } from '@lockstep/core'
import type { BusMeter } from './bus-meter.ts'

/** One input or output of a model together with the memory that runs read or write in place. */
export interface BoundTensor {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  readonly memory: HostTensor
}

export type OptimizationLevel = 'disabled' | 'basic' | 'extended' | 'all'

/** What a session is made with. */
export interface SessionOptions {
  /** Threads that one run may use. */
  readonly threads: number
  readonly optimizationLevel: OptimizationLevel
  /** Writes a JSON trace of every node's time to `<prefix>_<date>.json` when the session is released. */
  readonly profilePrefix?: string
}

/** An execution provider of ONNX Runtime on one device. */
export interface Provider {
  readonly kind: Device['kind']
  /** Which of that kind. */
  readonly index: number
  /** By ONNX Runtime's names. */
  readonly options: Readonly<Record<string, string>>
}

/** What a session on a device is made with. */
export interface DeviceSessionOptions extends SessionOptions {
  readonly provider: Provider
}

/** The memory of one kind of run. Everything is prepared when it is made, so that a run allocates nothing. */
export interface Binding {
  /** Rejects with `engine-failure`. At most one run of a binding at a time. */
  run(): Promise<void>
  /** Not during a run. */
  release(): void
}

/** A compiled model. It owns no state: several bindings, also of several replicas, may run at the same time. */
export interface Session {
  bind(inputs: readonly BoundTensor[], outputs: readonly BoundTensor[]): Binding
  /** After all its bindings. */
  release(): Promise<void>
}

/** A tensor in a device's memory. */
export interface DeviceTensor {
  /** Not during a run that reads or writes it. */
  release(): Promise<void>
}

/** An input or output that stays on the device: in each run, the tensor that `current` gives as it begins. */
export interface DeviceBound {
  readonly name: string
  readonly current: () => DeviceTensor
}

/** A compiled model whose inputs and outputs may be tensors on its device; what is bound in host memory is copied. */
export interface DeviceSession {
  /** A tensor with whatever lay there. To be released before the session is. */
  allocate(dtype: DType, shape: Shape): Promise<DeviceTensor>
  /** Each run tells `meter` what is copied. */
  bind(
    inputs: readonly (BoundTensor | DeviceBound)[],
    outputs: readonly (BoundTensor | DeviceBound)[],
    meter: BusMeter,
  ): Binding
  /** After all its bindings and tensors. */
  release(): Promise<void>
}

/** ONNX Runtime, through one of the two ways that lead to it from Node. */
export interface Engine {
  /** `c-api` or `js`, for messages. */
  readonly name: string
  /** Name and version of what computes, for people. */
  readonly label: string
  /** Bound memory may be a SharedArrayBuffer, visible to worker threads; otherwise it must not be one. */
  readonly sharedMemory: boolean
  /** Compiles an ONNX model given as bytes. */
  load(model: Uint8Array, options: SessionOptions): Promise<Session>
  /** Compiles a model for a device on which state can stay; absent where the engine has no such thing. */
  readonly loadOnDevice?: (model: Uint8Array, options: DeviceSessionOptions) => Promise<DeviceSession>
}
