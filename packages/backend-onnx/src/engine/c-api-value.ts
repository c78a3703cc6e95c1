import type { CApi } from './c-api-functions.ts'
import { make } from './c-api-status.ts'
import type { BoundTensor } from './engine.ts'

/** ONNX's numbers for element types. */
export const elementTypes = { float32: 1, int32: 6, bool: 9 } as const

/** Kinds of allocators and of memory, by the library's numbers. */
export const arenaAllocator = 1
export const defaultMemory = 0

/** A value of the library over memory of ours, which must stay alive as long; the caller releases it. */
export function hostValue(api: CApi, { name, dtype, shape, memory }: BoundTensor): bigint {
  // V8 keeps small typed arrays on its moving heap until someone asks for their buffer.
  const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength)
  const extents = BigInt64Array.from(shape, BigInt)
  const info = make(api, 'describe memory', (result) => api.createCpuMemoryInfo(arenaAllocator, defaultMemory, result))
  try {
    return make(api, `wrap ${name}`, (result) =>
      api.createTensorWithDataAsOrtValue(info, bytes, bytes.length, extents, shape.length, elementTypes[dtype], result),
    )
  } finally {
    api.releaseMemoryInfo(info)
  }
}
