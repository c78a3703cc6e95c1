import {
  type Backend,
  type Device,
  LockstepError,
  type OpenOptions,
  type Replica,
  type StateLayout,
} from '@lockstep/core'
import { type Kernels, referenceKernels } from './kernels.ts'
import { ReferenceReplica } from './replica.ts'

const device: Device = {
  id: 'cpu:0',
  kind: 'cpu',
  name: 'float64 interpreter',
  engine: 'Lockstep reference',
  isolation: 'none',
}

/**
 * A plain interpreter: computes in float64, rounds state and outputs to float32. Slow, readable and complete; what other
 * backends compute is compared with it. `kernels` replaces primitives, for experiments and faulty backends.
 */
export function reference(kernels: Partial<Kernels> = {}): Backend {
  const all = { ...referenceKernels, ...kernels }
  return {
    name: 'reference',
    descriptor: { module: '@lockstep/backend-reference', factory: 'reference', options: {} },
    capabilities: { fusedSteps: true },
    devices: async () => [device],
    open: async (layout, options) => open(layout, options, all),
  }
}

function open(layout: StateLayout, { device: wanted = device.id }: OpenOptions = {}, kernels: Kernels): Replica {
  if (wanted === device.id || wanted === device.kind) return new ReferenceReplica(layout, device, kernels)
  throw new LockstepError(
    'unavailable',
    { what: `device ${wanted}`, remedy: `use ${device.id}` },
    `reference: there is no device ${JSON.stringify(wanted)}; it has ${device.id}`,
  )
}
