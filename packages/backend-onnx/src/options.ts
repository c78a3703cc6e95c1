import { LockstepError, unknownName } from '@lockstep/core'
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
}

const choices: Readonly<Record<Exclude<keyof OnnxOptions, 'threads'>, readonly unknown[]>> = {
  engine: ['c-api', 'js'],
  graphOptimizationLevel: ['disabled', 'basic', 'extended', 'all'],
  blockedChannels: [true, false],
  residency: ['host', 'device'],
}

/** Throws for an option that there is not, or a value that it does not take: ONNX Runtime's own binding ignores both. */
export function checkOptions(options: OnnxOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (name === 'threads') checkThreads(value as number)
    else checkChoice(name, value)
  }
}

function checkChoice(name: string, value: unknown): void {
  if (!Object.hasOwn(choices, name)) throw unknownName('option of onnx', name, [...Object.keys(choices), 'threads'])
  const allowed = choices[name as keyof typeof choices]
  if (allowed.includes(value)) return
  throw new LockstepError(
    'invalid-argument',
    { argument: name },
    `onnx: ${name} is ${String(value)}; expected ${allowed.map(String).join(', ')}`,
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
