/**
 * The program that looks for GPUs, in a process of its own: a broken graphics driver then ends that process and no
 * other, and drivers stay out of programs that compute on the processor. Prints a {@link ProbeReport}.
 */
import { loadEngine } from '../engine/load-engine.ts'
import { messageOf } from '../engine/native-library.ts'
import { providerTraits } from '../engine/provider-traits.ts'
import { identityModel } from '../state/identity-model.ts'
import { nvidiaGpus } from './nvidia-gpus.ts'
import type { ProbeReport } from './probe-report.ts'
import { vulkanGpu } from './vulkan-gpu.ts'

async function webgpu(): Promise<ProbeReport['webgpu']> {
  const gpu = process.platform === 'linux' ? await vulkanGpu() : { name: 'WebGPU adapter' }
  const engine = await loadEngine('c-api')
  const provider = { kind: 'webgpu', index: 0, options: providerTraits.webgpu.options } as const
  const session = await engine.loadOnDevice?.(identityModel(), { threads: 1, optimizationLevel: 'disabled', provider })
  await session?.release()
  return gpu
}

async function attempt<T>(probe: () => Promise<T>): Promise<T | { readonly reason: string }> {
  try {
    return await probe()
  } catch (error) {
    return { reason: messageOf(error) }
  }
}

const report: ProbeReport = { webgpu: await attempt(webgpu), cuda: await attempt(nvidiaGpus) }
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0))
