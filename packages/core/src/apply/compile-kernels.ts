import type { Arena } from '../backend/arena.ts'
import { linker } from '../wasm/index.ts'
import { javascriptOperations } from './block-operations.ts'
import { javascriptKernel } from './javascript-kernel.ts'
import { checkKernel, type Kernel, type RunKernel } from './kernel.ts'
import { fitsWasm, wasmKernel } from './wasm-kernel.ts'

/**
 * Compiles kernels for an arena: into one WebAssembly module where `simd` allows and the operations exist there, into
 * JavaScript otherwise (about 50 times slower). `by` names the rule in errors.
 */
export function compileKernels<Name extends string>(
  arena: Arena,
  kernels: ReadonlyMap<Name, Kernel>,
  { simd, by }: { readonly simd: boolean; readonly by: string },
): Map<Name, RunKernel> {
  for (const kernel of kernels.values()) checkKernel(kernel, javascriptOperations, by)
  const compiled = [...kernels].filter(([, kernel]) => simd && fitsWasm(kernel))
  const link = linker(() => compiled.map(([name, kernel]) => wasmKernel(name, kernel)))
  const exports = compiled.length > 0 ? link(arena.memory) : undefined
  const entries = [...kernels].map(([name, kernel]): [Name, RunKernel] => {
    if (exports === undefined || !(name in exports)) return [name, javascriptKernel(kernel, arena.floats)]
    const run = exports[name]
    const bytes = Float32Array.BYTES_PER_ELEMENT
    return [name, (count, offsets, scalars) => run(count, ...offsets.map((offset) => offset * bytes), ...scalars)]
  })
  return new Map(entries)
}
