import type { Device } from '@lockstep/core'
import { type CudaOptions, cudaProviderOptions } from '../cuda/cuda-options.ts'
import type { Provider } from './engine.ts'
import { providerTraits } from './provider-traits.ts'

/** The execution provider of a device. */
export function providerFor(device: Device, { cuda = {} }: { readonly cuda?: CudaOptions }): Provider {
  const { kind } = device
  const index = Number(device.id.slice(kind.length + 1))
  const own = kind === 'cuda' ? cudaProviderOptions(index, cuda) : {}
  return { kind, index, options: { ...providerTraits[kind].options, ...own } }
}
