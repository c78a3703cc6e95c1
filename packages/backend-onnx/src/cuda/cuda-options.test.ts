import { expect, test } from 'vitest'
import { onnx } from '../onnx.ts'
import { cudaProviderOptions } from './cuda-options.ts'

test('float32 is multiplied as such unless TF32 is allowed; memory grows by what is asked for', () => {
  expect(cudaProviderOptions(2, {})).toEqual({
    device_id: '2',
    use_tf32: '0',
    arena_extend_strategy: 'kSameAsRequested',
    cudnn_conv_algo_search: 'EXHAUSTIVE',
  })
})

test('options go by the names of the provider', () => {
  const options = {
    allowTf32: true,
    memoryLimitBytes: 2 ** 33,
    memoryGrowth: 'powersOfTwo',
    convolutionSearch: 'heuristic',
  } as const
  expect(cudaProviderOptions(0, options)).toEqual({
    device_id: '0',
    use_tf32: '1',
    arena_extend_strategy: 'kNextPowerOfTwo',
    cudnn_conv_algo_search: 'HEURISTIC',
    gpu_mem_limit: '8589934592',
  })
  expect(onnx({ cuda: options }).descriptor.options).toEqual({ cuda: options })
})

test.each([
  [{ allowTF32: true }, "unknown option of cuda 'allowTF32'; did you mean 'allowTf32'?"],
  [{ allowTf32: 'yes' }, 'cuda.allowTf32 is yes; expected true, false'],
  [{ memoryLimitBytes: 0.5 }, 'cuda.memoryLimitBytes is 0.5; expected a whole number from 1'],
  [{ memoryGrowth: 'slow' }, 'cuda.memoryGrowth is slow; expected powersOfTwo, asRequested'],
  [{ convolutionSearch: 'none' }, 'cuda.convolutionSearch is none; expected exhaustive, heuristic, default'],
])('the options %j are refused', (cuda, message) => {
  expect(() => onnx({ cuda: cuda as object })).toThrow(message)
})
