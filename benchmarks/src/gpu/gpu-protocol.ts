import type { Device } from '@lockstep/core'
import type { GpuModelName } from './gpu-models.ts'

/** What a process of ours is told to do, as JSON in its first argument. */
export type GpuTask =
  | { readonly kind: 'devices' }
  /** Both kits on a device; `only` those tests whose names contain one of these, where there are some. */
  | { readonly kind: 'conformance'; readonly device: string; readonly only: readonly string[] }
  | {
      readonly kind: 'losses'
      readonly device: string
      readonly model: GpuModelName
      readonly steps: number
      readonly batchSize: number
    }
  | ({ readonly kind: 'speed'; readonly device: string } & Race)

/** What is trained in a race. */
export interface Race {
  readonly model: GpuModelName
  readonly batchSize: number
  /** Samples of an epoch. */
  readonly samples: number
  /** Epochs that count, after one that compiles. */
  readonly epochs: number
  /** Whether products of float32 may be rounded to 10 bits, as GPUs do them fastest. */
  readonly tf32: boolean
}

/** The devices there are. */
export interface DevicesAnswer {
  readonly devices: readonly Device[]
}

/** How the kits went. */
export interface ConformanceAnswer {
  readonly passed: number
  readonly failures: readonly { readonly test: string; readonly reason: string }[]
  readonly seconds: number
}

/** The losses of the first steps. */
export interface LossesAnswer {
  readonly losses: readonly number[]
}

/** How fast a contestant trained. */
export interface SpeedAnswer {
  /** Of each epoch that counts. */
  readonly epochSeconds: readonly number[]
  /** Until the first step was done: compilation, and the search for algorithms. */
  readonly firstStepSeconds: number
  readonly steps: number
  /** The last epoch's. */
  readonly loss: number
  readonly parameters: number
  /** What computed, with versions. */
  readonly about: string
  /** What crossed the bus in a step, where it is counted. */
  readonly busBytesPerStep?: { readonly toDevice: number; readonly fromDevice: number; readonly copies: number }
}

/** What a task comes to. */
export interface Answers {
  readonly devices: DevicesAnswer
  readonly conformance: ConformanceAnswer
  readonly losses: LossesAnswer
  readonly speed: SpeedAnswer
}

/** The answer of a process, in the last line it prints. */
export type Reply<K extends keyof Answers> = { readonly ok: true; readonly answer: Answers[K] }
