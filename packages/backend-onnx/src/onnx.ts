import { availableParallelism } from 'node:os'
import type { Backend, OpenOptions, Replica, StateLayout } from '@lockstep/core'
import { blockSize } from './block-size.ts'
import { findDevice, listDevices } from './devices.ts'
import type { Engine } from './engine/engine.ts'
import { loadEngine } from './engine/load-engine.ts'
import { raiseThreadPoolSize } from './engine/thread-pool.ts'
import { checkOptions, checkThreads, type OnnxOptions } from './options.ts'
import { OnnxReplica } from './replica.ts'
import { SessionCache } from './session-cache.ts'

const sessionCaches = new WeakMap<Engine, SessionCache>()

raiseThreadPoolSize()

/** A compiler of graphs to ONNX, and ONNX Runtime to run them. Nothing is loaded until `devices` or `open` is called. */
export function onnx(options: OnnxOptions = {}): Backend {
  checkOptions(options)
  return {
    name: 'onnx',
    descriptor: { module: '@lockstep/backend-onnx', factory: 'onnx', options: { ...options } },
    capabilities: { fusedSteps: true },
    devices: async () => listDevices(await loadEngine(options.engine)),
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
    device: findDevice(listDevices(engine), device),
    engine,
    sessions,
    compile: { lowering: { fusedMatMul: true, block }, session },
  })
}
