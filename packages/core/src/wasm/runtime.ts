import { LockstepError } from '../errors.ts'
import { defineFunction, encodeModule, memoryImport, type WasmFunction } from './encoder.ts'
import { extractLane, i32x4 } from './instructions.ts'

/** A `WebAssembly.Memory`. Declared here, as neither ECMAScript's type library nor Node's has the name. */
export interface WasmMemory {
  /** Another object after the memory has grown. A SharedArrayBuffer where the memory is shared. */
  readonly buffer: ArrayBufferLike
}

/** An instance's functions by name. Integers go in as signed or unsigned and come back signed. */
export type WasmExports<Name extends string> = Readonly<Record<Name, (...values: readonly number[]) => number>>

interface WebAssemblyApi {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
  validate(bytes: Uint8Array): boolean
}

const pageBytes = 65536

/** A memory of at least so many bytes, zeroed, that never grows: views of it stay valid. */
export function allocateMemory(byteLength: number, { shared }: { readonly shared: boolean }): WasmMemory {
  const pages = Math.ceil(byteLength / pageBytes)
  return new (webAssembly().Memory)({ initial: pages, maximum: pages, shared })
}

/**
 * A function that instantiates a module of `functions` over a memory, shared or not. Each of the two kinds of module
 * is built at most once, when it is first needed, and compiled on the calling thread; older browsers refuse to do
 * that with more than 4 KB outside of workers.
 */
export function linker<Name extends string>(
  functions: () => readonly WasmFunction<Name>[],
): (memory: WasmMemory) => WasmExports<Name> {
  const modules = new Map<boolean, object>()
  return (memory) => {
    const shared = isShared(memory)
    const module = modules.get(shared) ?? compileModule(functions(), { shared })
    modules.set(shared, module)
    return instantiate<Name>(module, memory)
  }
}

/** A `WebAssembly.Module` of `functions` for memories of one kind. It can be posted to other threads. */
export function compileModule(functions: readonly WasmFunction<string>[], kind: { readonly shared: boolean }): object {
  const { Module } = webAssembly()
  return new Module(encodeModule(functions, kind))
}

/** The functions of a module over a memory of its kind. */
export function instantiate<Name extends string>(module: object, memory: WasmMemory): WasmExports<Name> {
  const { Instance } = webAssembly()
  const imports = { [memoryImport.module]: { [memoryImport.name]: memory } }
  return new Instance(module, imports).exports as WasmExports<Name>
}

export function isShared(memory: WasmMemory): boolean {
  // Pages without cross-origin isolation have no global SharedArrayBuffer to compare with.
  return Object.prototype.toString.call(memory.buffer) === '[object SharedArrayBuffer]'
}

let simd: boolean | undefined

/** Whether this machine runs WebAssembly with 128-bit vectors. */
export function hasSimd(): boolean {
  const probe = defineFunction({ name: 'probe', parameters: [], result: 'i32' }, () => [
    extractLane('i32x4.extract_lane', i32x4(0, 0, 0, 0), 0),
  ])
  simd ??= globalApi() !== undefined && webAssembly().validate(encodeModule([probe], { shared: false }))
  return simd
}

function webAssembly(): WebAssemblyApi {
  const api = globalApi()
  if (api !== undefined) return api
  throw new LockstepError(
    'unavailable',
    {
      what: 'WebAssembly',
      remedy: 'run where WebAssembly is enabled (not under --jitless or a policy that forbids it)',
    },
    'this JavaScript engine has no WebAssembly, which the memory of a model needs; run where it is enabled',
  )
}

function globalApi(): WebAssemblyApi | undefined {
  return (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly
}
