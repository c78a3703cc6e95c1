import { availableParallelism } from 'node:os'
import { type Backend, LockstepError, type OpenOptions, type Replica, type StateLayout } from '@lockstep/core'
import { blockSize } from './block-size.ts'
import { findDevice, listDevices } from './devices.ts'
import type { Engine, OptimizationLevel } from './engine/engine.ts'
import { type EngineKind, loadEngine } from './engine/load-engine.ts'
import { raiseThreadPoolSize } from './engine/thread-pool.ts'
import { OnnxReplica } from './replica.ts'
import { SessionCache } from './session-cache.ts'

/** Options of {@link onnx}; plain values, so that another process can make the same backend. */
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
}

const sessionCaches = new WeakMap<Engine, SessionCache>()

raiseThreadPoolSize()

/** A compiler of graphs to ONNX, and ONNX Runtime to run them. Nothing is loaded until `devices` or `open` is called. */
export function onnx(options: OnnxOptions = {}): Backend {
  if (options.threads !== undefined) checkThreads(options.threads)
  return {
    name: 'onnx',
    descriptor: { module: '@lockstep/backend-onnx', factory: 'onnx', options: { ...options } },
    capabilities: { fusedSteps: true },
    devices: async () => {
      await loadEngine(options.engine)
      return listDevices()
    },
    open: (layout, openOptions = {}) => open(layout, options, openOptions),
  }
}

async function open(layout: StateLayout, options: OnnxOptions, { device, threads }: OpenOptions): Promise<Replica> {
  const engine = await loadEngine(options.engine)
  const sessions = sessionCaches.get(engine) ?? new SessionCache()
  sessionCaches.set(engine, sessions)
  const session = {
    threads: checkThreads(threads ?? options.threads ?? availableParallelism()),
    optimizationLevel: options.graphOptimizationLevel ?? 'extended',
  }
  const block = options.blockedChannels === false ? 0 : await blockSize(engine, session)
  return new OnnxReplica({
    layout,
    device: findDevice(listDevices(), device),
    engine,
    sessions,
    compile: { lowering: { fusedMatMul: true, block }, session },
  })
}

function checkThreads(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1) return threads
  throw new LockstepError(
    'invalid-argument',
    { argument: 'threads' },
    `onnx: threads is ${threads}; expected a whole number from 1`,
  )
}
