import { LockstepError, unknownName } from '@lockstep/core'
import { type CudaOptions, checkCudaOptions } from './cuda/cuda-options.ts'
import type { OptimizationLevel } from './engine/engine.ts'
import type { EngineKind } from './engine/load-engine.ts'

/** Options of `onnx`; plain values, so that another process can make the same backend. */
export interface OnnxOptions {
  /**
   * `c-api`: ONNX Runtime's C API through koffi; runs leave the event loop free. `js`: onnxruntime-node's own binding;
   * a run blocks its thread. Default: `c-api` where the package koffi is installed.
   */
  readonly engine?: EngineKind
  /**
   * Threads that one run may use, unless `open` is told otherwise. Default: all cores. Replicas of one process share
   * one pool of the size that the first of them asked for; those that ask for another size have pools of their own.
   */
  readonly threads?: number
  /** How far ONNX Runtime rewrites graphs before it runs them. Default: `extended`. */
  readonly graphOptimizationLevel?: OptimizationLevel
  /**
   * Whether images may lie in blocks of channels, which ONNX Runtime has faster operations for, internal ones. Default:
   * wherever they give the results of the standard ones.
   */
  readonly blockedChannels?: boolean
  /**
   * `device`: on the processor too, state is kept and run on as on a GPU, in memory of the engine's own. Slower, and of
   * use for testing what crosses a bus. Default: `host`, where the device is the processor.
   */
  readonly residency?: 'host' | 'device'
  /** Id or kind of the device, unless `open` is told another. Default: `cpu:0`. */
  readonly device?: string
  /** How NVIDIA GPUs are used. */
  readonly cuda?: CudaOptions
}

/** Options that are not one of a few values. */
const checks = {
  threads: checkThreads,
  device: checkDevice,
  cuda: checkCudaOptions,
} as const

const choices: Readonly<Record<Exclude<keyof OnnxOptions, keyof typeof checks>, readonly unknown[]>> = {
  engine: ['c-api', 'js'],
  graphOptimizationLevel: ['disabled', 'basic', 'extended', 'all'],
  blockedChannels: [true, false],
  residency: ['host', 'device'],
}

/** Throws for an option that there is not, or a value that it does not take: ONNX Runtime's own binding ignores both. */
export function checkOptions(options: OnnxOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (Object.hasOwn(checks, name)) checks[name as keyof typeof checks](value as never)
    else checkChoice(name, value)
  }
}

function checkChoice(name: string, value: unknown): void {
  if (!Object.hasOwn(choices, name))
    throw unknownName('option of onnx', name, [...Object.keys(choices), ...Object.keys(checks)])
  const allowed = choices[name as keyof typeof choices]
  if (allowed.includes(value)) return
  throw new LockstepError(
    'invalid-argument',
    { argument: name },
    `onnx: ${name} is ${String(value)}; expected ${allowed.map(String).join(', ')}`,
  )
}

function checkDevice(device: unknown): void {
  if (typeof device === 'string' && /^(cpu|cuda|webgpu)(:\d+)?$/.test(device)) return
  throw new LockstepError(
    'invalid-argument',
    { argument: 'device' },
    `onnx: device is ${String(device)}; expected an id such as cpu:0, webgpu:0 or cuda:1, or a kind`,
  )
}

/** The number of threads, if it is one. */
export function checkThreads(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1) return threads
  throw new LockstepError(
    'invalid-argument',
    { argument: 'threads' },
    `onnx: threads is ${threads}; expected a whole number from 1`,
  )
}
