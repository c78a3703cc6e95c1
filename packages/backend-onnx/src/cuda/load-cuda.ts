import { loadLibrary, tryLibrary } from '../engine/koffi.ts'
import { onnxRuntimeVersion } from '../engine/native-library.ts'
import { cudaUnavailable, driverRemedy, findCuda } from './cuda-installation.ts'

const driver = 'libcuda.so.1'

/**
 * Loads NVIDIA's libraries, so that ONNX Runtime's provider finds them by their names, wherever they lie. Throws
 * `unavailable` naming the one that is missing; the driver comes last, so that all the rest is known to be there.
 */
export async function loadCuda(folder?: string): Promise<void> {
  const onSystem = await tryLibrary()
  const { libraries } = findCuda(onnxRuntimeVersion(), onSystem, folder)
  for (const library of libraries) {
    // cuDNN needs the driver at once.
    if (!library.includes('libcudnn')) await load(library)
  }
  if (!onSystem(driver)) {
    throw cudaUnavailable('an NVIDIA driver', `there is no NVIDIA driver (${driver})`, driverRemedy)
  }
  for (const library of [driver, ...libraries.filter((name) => name.includes('libcudnn'))]) await load(library)
}

async function load(library: string): Promise<void> {
  try {
    await loadLibrary(library)
  } catch (cause) {
    throw cudaUnavailable(library, `${library} cannot be loaded (${(cause as Error).message})`)
  }
}
