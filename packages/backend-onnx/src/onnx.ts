import type { Backend, OpenOptions, Replica, StateLayout } from '@lockstep/core'
import { availableThreads } from '@lockstep/core/node'
import { findDevice } from './devices/find-device.ts'
import { takeInventory } from './devices/list-devices.ts'
import { loadEngine } from './engine/load-engine.ts'
import { raiseThreadPoolSize } from './engine/thread-pool.ts'
import { checkOptions, checkThreads, type OnnxOptions } from './options.ts'
import { OnnxReplica } from './replica.ts'
import { openState } from './state/open-state.ts'

raiseThreadPoolSize()

/** A compiler of graphs to ONNX, and ONNX Runtime to run them. Nothing is loaded until `devices` or `open` is called. */
export function onnx(options: OnnxOptions = {}): Backend {
  checkOptions(options)
  return {
    name: 'onnx',
    descriptor: { module: '@lockstep/backend-onnx', factory: 'onnx', options: { ...options } },
    capabilities: { fusedSteps: true },
    devices: async () => (await takeInventory(await loadEngine(options.engine))).devices,
    open: (layout, openOptions = {}) => open(layout, options, openOptions),
  }
}

async function open(layout: StateLayout, options: OnnxOptions, { device, threads }: OpenOptions): Promise<Replica> {
  const session = {
    threads: checkThreads(threads ?? options.threads ?? availableThreads()),
    optimizationLevel: options.graphOptimizationLevel ?? 'extended',
  }
  const engine = await loadEngine(options.engine)
  const found = await findDevice(engine, device ?? options.device)
  const state = await openState({ layout, engine, options, session, device: found })
  return new OnnxReplica({ layout, device: found, state })
}
