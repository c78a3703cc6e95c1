import { LockstepError } from '@lockstep/core'
import { apiVersion, type CApi, signatures } from './c-api-functions.ts'
import { messageOf, nativeLibraryPath } from './native-library.ts'

type Koffi = typeof import('koffi').default

/** koffi calls a function on a stack of its own, of 128 KiB unless told; runs were seen to need more than 64. */
const asyncStackBytes = 4 * 1024 * 1024

/** Whether the package koffi is installed and works here. */
export async function koffiLoads(): Promise<boolean> {
  try {
    await import('koffi')
    return true
  } catch {
    return false
  }
}

/** Loads ONNX Runtime's library, beside or without its JavaScript binding, and finds its functions. */
export async function loadCApi(): Promise<CApi> {
  const koffi = await loadKoffi()
  const path = nativeLibraryPath()
  raiseStackSize(koffi)
  try {
    return functionsOf(koffi, path)
  } catch (cause) {
    throw new LockstepError(
      'unavailable',
      { what: path, remedy: "onnx({ engine: 'js' })" },
      `${path} cannot be used through koffi: ${messageOf(cause)}; the JavaScript binding may still work: onnx({ engine: 'js' })`,
      { cause },
    )
  }
}

async function loadKoffi(): Promise<Koffi> {
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

function functionsOf(koffi: Koffi, path: string): CApi {
  const pointer = koffi.pointer('void')
  const base: unknown = koffi.load(path).func('OrtGetApiBase', pointer, [])()
  const getApi = koffi.decode(koffi.decode(base, 0, pointer), koffi.proto(pointer, ['uint32_t']))
  const table: unknown = getApi(apiVersion)
  if (table === null) throw new Error(`it does not offer version ${apiVersion} of its C API`)
  const own: Readonly<Record<string, typeof pointer>> = { pointer, strings: koffi.pointer('str') }
  const typeOf = (name: string): typeof pointer | string => own[name] ?? name
  const functions = Object.entries(signatures).map(([name, [index, result, parameters]]) => {
    const address: unknown = koffi.decode(table, index * koffi.sizeof(pointer), pointer)
    return [name, koffi.decode(address, koffi.proto(typeOf(result), parameters.map(typeOf)))]
  })
  return Object.fromEntries(functions)
}
