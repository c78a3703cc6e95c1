import type { Lack } from '../lowering/substitutes.ts'
import type { Provider } from './engine.ts'

/** What differs between execution providers. */
export interface ProviderTraits {
  /** Its name for the memory that its allocator gives. */
  readonly memory: string
  /** Options that it is always given, by its own names. */
  readonly options: Readonly<Record<string, string>>
  /** Whether runs on one device may overlap. */
  readonly concurrentRuns: boolean
  /** Whether it has the operations for images in blocks of channels. */
  readonly blockedChannels: boolean
  /** Whether it has com.microsoft's FusedMatMul. */
  readonly fusedMatMul: boolean
  /** What is composed of other operations there. */
  readonly lacks: readonly Lack[]
}

export const providerTraits: Readonly<Record<Provider['kind'], ProviderTraits>> = {
  cpu: { memory: 'Cpu', options: {}, concurrentRuns: true, blockedChannels: true, fusedMatMul: true, lacks: [] },
  cuda: { memory: 'Cuda', options: {}, concurrentRuns: true, blockedChannels: false, fusedMatMul: true, lacks: [] },
  webgpu: {
    memory: 'WebGPU_Buf',
    // Positions that ArgMax finds are int64. With channels last, convolutions of 6 channels (of 2 more than a multiple of
    // 4, kernels larger than 1) give wrong results in ONNX Runtime 1.30.
    options: { enableInt64: '1', preferredLayout: 'NCHW' },
    // All its sessions in a process share one queue and one pool of buffers, without locks.
    concurrentRuns: false,
    blockedChannels: false,
    fusedMatMul: false,
    // WGSL lets implementations assume that there are neither infinities nor NaN.
    lacks: ['boolMoves', 'intSlices', 'intNegation', 'sign', 'notANumber'],
  },
}
