import {
  type Backend,
  type Device,
  LockstepError,
  type OpenOptions,
  type Replica,
  type StateLayout,
} from '@lockstep/core'
import { loadEngine } from './engine/load-engine.ts'
import { checkOptions, type TfjsOptions } from './options.ts'
import { TfjsReplica } from './replica.ts'

/**
 * Runs graphs with the kernels of TensorFlow.js. Nothing is loaded until `devices` or `open` is called; then a process
 * has the engine that was asked for first, and `open` with another is refused with `unavailable`.
 */
export function tfjs(options: TfjsOptions = {}): Backend {
  checkOptions(options)
  return {
    name: 'tfjs',
    descriptor: { module: '@lockstep/backend-tfjs', factory: 'tfjs', options: { ...options } },
    capabilities: { fusedSteps: false },
    devices: async () => [(await loadEngine(options.engine)).device],
    open: (layout, openOptions = {}) => open(layout, options, openOptions),
  }
}

async function open(layout: StateLayout, { engine: wanted }: TfjsOptions, { device }: OpenOptions): Promise<Replica> {
  const engine = await loadEngine(wanted)
  checkDevice(engine.device, device)
  return new TfjsReplica(layout, engine)
}

function checkDevice({ id, kind }: Device, wanted: string | undefined): void {
  if (wanted === undefined || wanted === id || wanted === kind) return
  throw new LockstepError(
    'unavailable',
    { what: `device ${wanted}`, remedy: `use ${id}` },
    `tfjs: there is no device ${JSON.stringify(wanted)} here; there is ${id}`,
  )
}
