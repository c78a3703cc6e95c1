import { afterEach, describe, expect, it, vi } from 'vitest'
import { gpuIndex, gpuNames, onGpu } from './gpus.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

/** What TensorFlow would see as it loads. */
const seen = async (): Promise<(string | undefined)[]> => [
  process.env['CUDA_VISIBLE_DEVICES'],
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'],
]

describe('a process has one GPU', () => {
  it('the one that its id names', async () => {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined)
    vi.stubEnv('TF_FORCE_GPU_ALLOW_GROWTH', undefined)
    expect(await onGpu(gpuIndex('cuda:1'), seen)).toEqual(['1', 'true'])
    expect(await onGpu(gpuIndex('cuda'), seen)).toEqual(['0', 'true'])
    expect(await onGpu(gpuIndex(undefined), seen)).toEqual(['0', 'true'])
    expect(process.env['CUDA_VISIBLE_DEVICES']).toBeUndefined()
  })

  it('counted among those that it may see; growth as the user sets it', async () => {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '3,5')
    vi.stubEnv('TF_FORCE_GPU_ALLOW_GROWTH', 'false')
    expect(await onGpu(1, seen)).toEqual(['5', 'false'])
    expect(await onGpu(2, seen)).toEqual(['-1', 'false'])
    expect(process.env['CUDA_VISIBLE_DEVICES']).toBe('3,5')
    expect(gpuNames()).toHaveLength(2)
  })

  it('and its variable is restored when loading fails', async () => {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '7')
    await expect(onGpu(0, () => Promise.reject(new Error('planted')))).rejects.toThrow('planted')
    expect(process.env['CUDA_VISIBLE_DEVICES']).toBe('7')
  })
})
