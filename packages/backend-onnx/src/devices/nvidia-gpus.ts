import { readFileSync } from 'node:fs'
import { loadKoffi, loadLibrary } from '../engine/koffi.ts'
import type { FoundGpu } from './probe-report.ts'

const driverFile = '/proc/driver/nvidia/version'
const nameBytes = 256

/** What NVIDIA's driver lists, and its version. Throws when there is no driver, or it does not work. */
export async function nvidiaGpus(): Promise<{ readonly gpus: readonly FoundGpu[]; readonly driver: string }> {
  const { pointer } = await loadKoffi()
  const library = await loadLibrary('libcuda.so.1').catch(() => {
    throw new Error('there is no NVIDIA driver (libcuda.so.1)')
  })
  const out = pointer('void')
  const call = (name: string, types: (string | typeof out)[], ...values: unknown[]): void => {
    const code: unknown = library.func(name, 'int', types)(...values)
    if (code !== 0) throw new Error(`the NVIDIA driver fails: ${name} gives ${code}`)
  }
  call('cuInit', ['uint32_t'], 0)
  const [number, size] = [new Int32Array(1), new BigUint64Array(1)]
  call('cuDeviceGetCount', [out], number)
  const gpus = Array.from({ length: number[0] as number }, (_, index): FoundGpu => {
    const device = new Int32Array(1)
    const name = Buffer.alloc(nameBytes)
    call('cuDeviceGet', [out, 'int'], device, index)
    call('cuDeviceGetName', [out, 'int', 'int'], name, nameBytes, device[0])
    call('cuDeviceTotalMem_v2', [out, 'int'], size, device[0])
    return { name: name.toString('utf8', 0, name.indexOf(0)), memoryBytes: Number(size[0]) }
  })
  call('cuDriverGetVersion', [out], number)
  return { gpus, driver: driverVersion() ?? `for CUDA ${Math.floor((number[0] as number) / 1000)}` }
}

function driverVersion(): string | undefined {
  try {
    return /\s(\d+(?:\.\d+)+)\s/.exec(readFileSync(driverFile, 'utf8'))?.[1]
  } catch {
    // The kernel's side of the driver is hidden in some containers.
    return undefined
  }
}
