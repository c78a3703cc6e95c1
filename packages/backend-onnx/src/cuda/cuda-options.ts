import { LockstepError, unknownName } from '@lockstep/core'

/** How NVIDIA GPUs are used; plain values. */
export interface CudaOptions {
  /**
   * Multiplies float32 with 10 bits of precision instead of 23 on the GPU's tensor cores: several times as fast, and
   * outside what the conformance kit tolerates. Default: false.
   */
  readonly allowTf32?: boolean
  /** So much memory at most for each compiled graph, and for the state. Default: what the GPU has. */
  readonly memoryLimitBytes?: number
  /** How memory grows: in powers of two, or by what is asked for, which wastes less. Default: `asRequested`. */
  readonly memoryGrowth?: 'powersOfTwo' | 'asRequested'
  /**
   * How cuDNN's algorithms are chosen: all are timed at the first run, a heuristic decides, or always the same.
   * Default: `exhaustive`.
   */
  readonly convolutionSearch?: 'exhaustive' | 'heuristic' | 'default'
}

const growth = { powersOfTwo: 'kNextPowerOfTwo', asRequested: 'kSameAsRequested' } as const
const search = { exhaustive: 'EXHAUSTIVE', heuristic: 'HEURISTIC', default: 'DEFAULT' } as const

const expectations: Readonly<
  Record<keyof CudaOptions, readonly [expected: string, fits: (value: unknown) => boolean]>
> = {
  allowTf32: ['true, false', (value) => typeof value === 'boolean'],
  memoryLimitBytes: ['a whole number from 1', (value) => Number.isSafeInteger(value) && (value as number) >= 1],
  memoryGrowth: [Object.keys(growth).join(', '), (value) => Object.hasOwn(growth, String(value))],
  convolutionSearch: [Object.keys(search).join(', '), (value) => Object.hasOwn(search, String(value))],
}

/** Throws for an option that there is not, or a value that it does not take. */
export function checkCudaOptions(options: CudaOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(expectations, name)) throw unknownName('option of cuda', name, Object.keys(expectations))
    const [expected, fits] = expectations[name as keyof CudaOptions]
    if (value === undefined || fits(value)) continue
    throw new LockstepError(
      'invalid-argument',
      { argument: `cuda.${name}` },
      `onnx: cuda.${name} is ${String(value)}; expected ${expected}`,
    )
  }
}

/** The same by the names of ONNX Runtime's CUDA provider. */
export function cudaProviderOptions(
  index: number,
  { allowTf32 = false, memoryLimitBytes, memoryGrowth = 'asRequested', convolutionSearch = 'exhaustive' }: CudaOptions,
): Readonly<Record<string, string>> {
  return {
    device_id: String(index),
    use_tf32: allowTf32 ? '1' : '0',
    arena_extend_strategy: growth[memoryGrowth],
    cudnn_conv_algo_search: search[convolutionSearch],
    ...(memoryLimitBytes !== undefined && { gpu_mem_limit: String(memoryLimitBytes) }),
  }
}
