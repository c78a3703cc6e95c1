import type { Provider } from './engine.ts'

/** What differs between execution providers. */
export interface ProviderTraits {
  /** Its name for the memory that its allocator gives. */
  readonly memory: string
  /** Whether runs on one device may overlap. */
  readonly concurrentRuns: boolean
}

export const providerTraits: Readonly<Record<Provider['kind'], ProviderTraits>> = {
  cpu: { memory: 'Cpu', concurrentRuns: true },
  cuda: { memory: 'Cuda', concurrentRuns: true },
  // All its sessions in a process share one queue and one pool of buffers, without locks.
  webgpu: { memory: 'WebGPU_Buf', concurrentRuns: false },
}
