import { LockstepError } from '@lockstep/core'
import { cudaFolder, findProvider } from '../cuda/cuda-installation.ts'
import { linkProvider } from '../cuda/provider-links.ts'
import { apiVersion, type CApi, signatures } from './c-api-functions.ts'
import { type Decode, decoders, type Koffi, loadKoffi, loadLibrary, type NativeLibrary } from './koffi.ts'
import { messageOf, nativeLibraryPath, onnxRuntimeVersion } from './native-library.ts'

/** ONNX Runtime's functions, and how to read what they return. */
export interface LoadedApi {
  readonly api: CApi
  readonly decode: Decode
}

/** Loads ONNX Runtime's library, beside or without its JavaScript binding, and finds its functions. */
export async function loadCApi(): Promise<LoadedApi> {
  const koffi = await loadKoffi()
  const path = libraryPath()
  try {
    return { api: functionsOf(koffi, await loadLibrary(path)), decode: decoders(koffi) }
  } catch (cause) {
    throw new LockstepError(
      'unavailable',
      { what: path, remedy: "onnx({ engine: 'js' })" },
      `${path} cannot be used through koffi: ${messageOf(cause)}; the JavaScript binding may still work: onnx({ engine: 'js' })`,
      { cause },
    )
  }
}

/** The library of the package; where its CUDA provider is installed, a link to it that has the provider beside it. */
function libraryPath(): string {
  const path = nativeLibraryPath()
  try {
    return linkProvider(path, findProvider(onnxRuntimeVersion()), cudaFolder())
  } catch {
    // Whoever asks for CUDA hears what is wrong; the processor needs none of it.
    return path
  }
}

function functionsOf(koffi: Koffi, library: NativeLibrary): CApi {
  const pointer = koffi.pointer('void')
  const base: unknown = library.func('OrtGetApiBase', pointer, [])()
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
