import type { Arena } from '../backend/arena.ts'
import { compileModule, instantiate, isShared, type WasmExports } from '../wasm/index.ts'
import { javascriptOperations } from './block-operations.ts'
import { javascriptKernel } from './javascript-kernel.ts'
import { checkKernel, type Kernel, type RunKernel } from './kernel.ts'
import { fitsWasm, wasmKernel } from './wasm-kernel.ts'

/** Kernels ready to run on an arena. */
export interface CompiledKernels<Name extends string> {
  readonly runs: ReadonlyMap<Name, RunKernel>
  /** Where there are any, those in WebAssembly: functions of a count, byte addresses and scalars. */
  readonly wasm?: { readonly module: object; readonly exports: WasmExports<Name> }
}

/**
 * Compiles kernels for an arena: into one WebAssembly module where `simd` allows and the operations exist there, into
 * JavaScript otherwise (about 50 times slower). `by` names the rule in errors.
 */
export function compileKernels<Name extends string>(
  arena: Arena,
  kernels: ReadonlyMap<Name, Kernel>,
  { simd, by }: { readonly simd: boolean; readonly by: string },
): CompiledKernels<Name> {
  for (const kernel of kernels.values()) checkKernel(kernel, javascriptOperations, by)
  const compiled = [...kernels].filter(([, kernel]) => simd && fitsWasm(kernel))
  const wasm = compiled.length === 0 ? undefined : compileWasm(arena, new Map(compiled))
  const exports = wasm?.exports
  const entries = [...kernels].map(([name, kernel]): [Name, RunKernel] => {
    if (exports === undefined || !(name in exports)) return [name, javascriptKernel(kernel, arena.floats)]
    const run = exports[name]
    const bytes = Float32Array.BYTES_PER_ELEMENT
    return [name, (count, offsets, scalars) => run(count, ...offsets.map((offset) => offset * bytes), ...scalars)]
  })
  return { runs: new Map(entries), ...(wasm && { wasm }) }
}

function compileWasm<Name extends string>(
  { memory }: Arena,
  kernels: ReadonlyMap<Name, Kernel>,
): { module: object; exports: WasmExports<Name> } {
  const functions = [...kernels].map(([name, kernel]) => wasmKernel(name, kernel))
  const module = compileModule(functions, { shared: isShared(memory) })
  return { module, exports: instantiate(module, memory) }
}
