/**
 * The functions of ONNX Runtime's C API that are used here: their index in the table `OrtApi` (it only ever grows at
 * its end, so an index is good for every later version), result and parameters as onnxruntime_c_api.h has them.
 * A status is null for success.
 */
export const signatures = {
  getErrorMessage: [2, 'str', ['pointer']],
  createSessionFromArray: [8, 'pointer', ['pointer', 'pointer', 'size_t', 'pointer', 'pointer']],
  run: [9, 'pointer', ['pointer', 'pointer', 'strings', 'pointer', 'size_t', 'strings', 'size_t', 'pointer']],
  createSessionOptions: [10, 'pointer', ['pointer']],
  enableProfiling: [14, 'pointer', ['pointer', 'str']],
  setSessionLogSeverityLevel: [22, 'pointer', ['pointer', 'int']],
  setSessionGraphOptimizationLevel: [23, 'pointer', ['pointer', 'int']],
  setIntraOpNumThreads: [24, 'pointer', ['pointer', 'int']],
  createRunOptions: [39, 'pointer', ['pointer']],
  createTensorAsOrtValue: [48, 'pointer', ['pointer', 'pointer', 'size_t', 'int', 'pointer']],
  createTensorWithDataAsOrtValue: [
    49,
    'pointer',
    ['pointer', 'pointer', 'size_t', 'pointer', 'size_t', 'int', 'pointer'],
  ],
  createMemoryInfo: [68, 'pointer', ['str', 'int', 'int', 'int', 'pointer']],
  createCpuMemoryInfo: [69, 'pointer', ['int', 'int', 'pointer']],
  releaseStatus: [93, 'void', ['pointer']],
  releaseMemoryInfo: [94, 'void', ['pointer']],
  releaseSession: [95, 'void', ['pointer']],
  releaseValue: [96, 'void', ['pointer']],
  releaseRunOptions: [97, 'void', ['pointer']],
  releaseSessionOptions: [100, 'void', ['pointer']],
  createEnvWithGlobalThreadPools: [119, 'pointer', ['int', 'str', 'pointer', 'pointer']],
  disablePerSessionThreads: [120, 'pointer', ['pointer']],
  createThreadingOptions: [121, 'pointer', ['pointer']],
  releaseThreadingOptions: [122, 'void', ['pointer']],
  addSessionConfigEntry: [130, 'pointer', ['pointer', 'str', 'str']],
  createAllocator: [131, 'pointer', ['pointer', 'pointer', 'pointer']],
  releaseAllocator: [132, 'void', ['pointer']],
  runWithBinding: [133, 'pointer', ['pointer', 'pointer', 'pointer']],
  createIoBinding: [134, 'pointer', ['pointer', 'pointer']],
  releaseIoBinding: [135, 'void', ['pointer']],
  bindInput: [136, 'pointer', ['pointer', 'str', 'pointer']],
  bindOutput: [137, 'pointer', ['pointer', 'str', 'pointer']],
  setGlobalIntraOpNumThreads: [147, 'pointer', ['pointer', 'int']],
  setGlobalSpinControl: [149, 'pointer', ['pointer', 'int']],
  appendCudaProvider: [204, 'pointer', ['pointer', 'pointer']],
  createCudaProviderOptions: [205, 'pointer', ['pointer']],
  updateCudaProviderOptions: [206, 'pointer', ['pointer', 'strings', 'strings', 'size_t']],
  releaseCudaProviderOptions: [208, 'void', ['pointer']],
  appendExecutionProvider: [216, 'pointer', ['pointer', 'str', 'strings', 'strings', 'size_t']],
  getAssignmentInfo: [407, 'pointer', ['pointer', 'pointer', 'pointer']],
  assignedProviderName: [408, 'pointer', ['pointer', 'pointer']],
  assignedNodes: [409, 'pointer', ['pointer', 'pointer', 'pointer']],
  assignedNodeName: [410, 'pointer', ['pointer', 'pointer']],
  assignedNodeOperator: [412, 'pointer', ['pointer', 'pointer']],
} as const

/** The version of the table that is asked for: the oldest with every function above, in the library that is pinned. */
export const apiVersion = 24

type CType = 'pointer' | 'str' | 'strings' | 'int' | 'size_t' | 'void'

/** An address: of the library's objects as a number, of ours as the typed array that lies there. */
export type Pointer = bigint | NodeJS.ArrayBufferView | null

interface Types {
  readonly pointer: Pointer
  readonly str: string
  readonly strings: readonly string[]
  readonly int: number
  readonly size_t: number
  readonly void: undefined
}

type Parameters<P extends readonly CType[]> = { -readonly [I in keyof P]: Types[P[I]] }
type Result<R extends CType> = R extends 'pointer' ? bigint | null : Types[R]

/** A function of the library; `async` calls it on libuv's thread pool. */
export interface NativeFunction<P extends readonly CType[], R extends CType> {
  (...parameters: Parameters<P>): Result<R>
  async(...parameters: [...Parameters<P>, done: (error: Error | null, result: Result<R>) => void]): void
}

/** The whole table as JavaScript functions. */
export type CApi = {
  readonly [K in keyof typeof signatures]: NativeFunction<(typeof signatures)[K][2], (typeof signatures)[K][1]>
}
