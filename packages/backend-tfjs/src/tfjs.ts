import { type Backend, LockstepError, type OpenOptions, type Replica, type StateLayout } from '@lockstep/core'
import type { Engine } from './engine/engine.ts'
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
    devices: async () => {
      const { device, siblings = [device] } = await loadEngine(options.engine)
      return siblings
    },
    open: (layout, openOptions = {}) => open(layout, options, openOptions),
  }
}

async function open(layout: StateLayout, { engine: wanted }: TfjsOptions, options: OpenOptions): Promise<Replica> {
  const { device, threads } = options
  if (threads !== undefined) checkThreads(threads)
  const engine = await loadEngine(wanted, { threads, device })
  if (threads !== undefined && engine.threads > threads) throw tooManyThreads(engine, threads)
  checkDevice(engine, device)
  return new TfjsReplica(layout, engine)
}

function checkDevice({ device, siblings = [device] }: Engine, wanted: string | undefined): void {
  const { id, kind } = device
  if (wanted === undefined || wanted === id || wanted === kind) return
  const known = siblings.map((sibling) => sibling.id)
  const other = known.includes(wanted)
  throw new LockstepError(
    'unavailable',
    { what: `device ${wanted}`, remedy: other ? `open ${wanted} in a process of its own` : `use ${id}` },
    other
      ? `tfjs: this process computes on ${id} already and TensorFlow has one GPU per process; open ${wanted} in a process of its own, before anything else there asks for devices`
      : `tfjs: there is no device ${JSON.stringify(wanted)} here; there is ${known.join(', ')}`,
  )
}

function checkThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1) return
  throw new LockstepError(
    'invalid-argument',
    { argument: 'threads' },
    `tfjs: threads is ${threads}; expected a whole number from 1`,
  )
}

function tooManyThreads({ name, threads }: Engine, wanted: number): LockstepError<'unsupported'> {
  return new LockstepError(
    'unsupported',
    { feature: `${wanted} threads`, by: name },
    `tfjs: the engine ${name} was loaded with ${threads} threads, and a process loads it once; ` +
      `ask for ${wanted} before anything else opens it, or set TF_NUM_INTRAOP_THREADS=${wanted} for the process`,
  )
}
