import type { CApi } from './c-api-functions.ts'
import { check, make } from './c-api-status.ts'
import type { Provider } from './engine.ts'

type Append = (api: CApi, sessionOptions: bigint, keys: readonly string[], values: readonly string[]) => void

const appenders: Readonly<Record<Provider['kind'], Append>> = {
  // It is in every session.
  cpu: () => undefined,
  webgpu: (api, options, keys, values) =>
    check(api, 'use WebGPU', api.appendExecutionProvider(options, 'WebGPU', keys, values, keys.length)),
  cuda: appendCuda,
}

/**
 * Says where a session is to compute. Unless `fallback` is set, its creation fails when the provider lacks a node,
 * instead of leaving that to the processor.
 */
export function appendProvider(
  api: CApi,
  sessionOptions: bigint,
  { kind, options }: Provider,
  fallback: boolean,
): void {
  appenders[kind](api, sessionOptions, Object.keys(options), Object.values(options))
  if (kind === 'cpu') return
  const entry = fallback ? 'session.record_ep_graph_assignment_info' : 'session.disable_cpu_ep_fallback'
  check(api, `set ${entry}`, api.addSessionConfigEntry(sessionOptions, entry, '1'))
}

function appendCuda(api: CApi, sessionOptions: bigint, keys: readonly string[], values: readonly string[]): void {
  const cuda = make(api, 'make options of CUDA', (result) => api.createCudaProviderOptions(result))
  try {
    check(api, 'set options of CUDA', api.updateCudaProviderOptions(cuda, keys, values, keys.length))
    check(api, 'use CUDA', api.appendCudaProvider(sessionOptions, cuda))
  } finally {
    api.releaseCudaProviderOptions(cuda)
  }
}
