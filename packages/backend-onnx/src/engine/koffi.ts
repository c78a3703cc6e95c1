import { LockstepError } from '@lockstep/core'
import { messageOf } from './native-library.ts'

export type Koffi = typeof import('koffi').default
export type NativeLibrary = ReturnType<Koffi['load']>

/** koffi calls a function on a stack of its own, of 128 KiB unless told; runs were seen to need more than 64. */
const asyncStackBytes = 4 * 1024 * 1024

/** koffi unloads a library that nobody refers to any more, with everything that lies in it. */
const loaded = new Map<string, NativeLibrary>()

/** Reads what addresses of native memory point at. */
export interface Decode {
  pointers(address: bigint, count: number): readonly bigint[]
  text(address: bigint): string
}

/** Whether the package koffi is installed and works here. */
export async function koffiLoads(): Promise<boolean> {
  try {
    await import('koffi')
    return true
  } catch {
    return false
  }
}

/** The package koffi, set up for asynchronous calls of what needs much stack. */
export async function loadKoffi(): Promise<Koffi> {
  const koffi = await importKoffi()
  raiseStackSize(koffi)
  return koffi
}

/** Decoders by koffi. */
export function decoders(koffi: Koffi): Decode {
  return {
    pointers: (address, count) =>
      count === 0
        ? []
        : [...(koffi.decode(address, koffi.array('uint64_t', count, 'Array')) as readonly (number | bigint)[])].map(
            BigInt,
          ),
    text: (address) => koffi.decode(address, 'char', -1) as string,
  }
}

/** Loads a native library for the rest of the process. */
export async function loadLibrary(path: string): Promise<NativeLibrary> {
  const koffi = await loadKoffi()
  const library = loaded.get(path) ?? koffi.load(path)
  loaded.set(path, library)
  return library
}

/** A function that tells whether the system finds a library by its name; what it finds stays loaded. */
export async function tryLibrary(): Promise<(name: string) => boolean> {
  const koffi = await loadKoffi()
  return (name) => {
    try {
      loaded.set(name, loaded.get(name) ?? koffi.load(name))
      return true
    } catch {
      return false
    }
  }
}

async function importKoffi(): Promise<Koffi> {
  try {
    return (await import('koffi')).default
  } catch (cause) {
    throw new LockstepError(
      'unavailable',
      { what: 'koffi', remedy: 'npm install koffi' },
      `engine 'c-api' needs the package koffi (${messageOf(cause)}); run npm install koffi, or use onnx({ engine: 'js' })`,
      { cause },
    )
  }
}

function raiseStackSize(koffi: Koffi): void {
  const { async_stack_size: present = 0 } = koffi.config()
  if (present >= asyncStackBytes) return
  try {
    koffi.config({ async_stack_size: asyncStackBytes })
  } catch (cause) {
    throw new LockstepError(
      'invalid-state',
      { object: 'koffi' },
      `koffi already runs with stacks of ${present} bytes for asynchronous calls, ONNX Runtime needs ${asyncStackBytes}; ` +
        `open the backend before other users of koffi, or call koffi.config({ async_stack_size: ${asyncStackBytes} }) before them`,
      { cause },
    )
  }
}
