import { cpus, totalmem } from 'node:os'
import type { Device } from '@lockstep/core'
import { driverRemedy, findCuda, setupCommand } from '../cuda/cuda-installation.ts'
import type { Engine } from '../engine/engine.ts'
import { tryLibrary } from '../engine/koffi.ts'
import { messageOf, onnxRuntimeVersion } from '../engine/native-library.ts'
import { probeGpus } from './probe-gpus.ts'

/** Why there is no device of a kind, and what mends it. */
export interface Absence {
  readonly reason: string
  readonly remedy: string
}

/** The devices that there are, and why there are no others. */
export interface Inventory {
  readonly devices: readonly Device[]
  readonly absent: Readonly<Partial<Record<Device['kind'], Absence>>>
}

/** The processor, which is always there. */
export function processor({ label }: Engine): Device {
  const name = cpus()[0]?.model ?? 'CPU'
  return { id: 'cpu:0', kind: 'cpu', name, engine: label, memoryBytes: totalmem(), isolation: 'none' }
}

/** The processor and all GPUs; those are looked for outside this process. */
export async function takeInventory(engine: Engine): Promise<Inventory> {
  if (engine.loadOnDevice === undefined) {
    return { devices: [processor(engine)], absent: { webgpu: noCApi(engine), cuda: noCApi(engine) } }
  }
  const { webgpu, cuda } = await probeGpus()
  const uninstalled = await whyNoCuda()
  const devices: Device[] = [processor(engine)]
  if ('name' in webgpu) devices.push(gpu('webgpu', 0, webgpu, `${engine.label}, WebGPU`))
  if ('gpus' in cuda && uninstalled === undefined) {
    const label = `${engine.label}, CUDA, NVIDIA driver ${cuda.driver}`
    for (const [index, found] of cuda.gpus.entries()) devices.push(gpu('cuda', index, found, label))
  }
  const absent = {
    ...('reason' in webgpu && { webgpu: { reason: webgpu.reason, remedy: 'install a graphics driver with Vulkan' } }),
    ...('reason' in cuda && { cuda: { reason: cuda.reason, remedy: driverRemedy } }),
    // What can be installed comes first.
    ...(uninstalled !== undefined && { cuda: uninstalled }),
  }
  return { devices, absent }
}

function noCApi({ label }: Engine): Absence {
  return {
    reason: `${label} computes on the processor only`,
    remedy: "npm install koffi, and onnx({ engine: 'c-api' })",
  }
}

async function whyNoCuda(): Promise<Absence | undefined> {
  try {
    findCuda(onnxRuntimeVersion(), await tryLibrary())
    return undefined
  } catch (error) {
    return { reason: messageOf(error), remedy: setupCommand }
  }
}

function gpu(
  kind: Device['kind'],
  index: number,
  found: Partial<Device> & { readonly name: string },
  engine: string,
): Device {
  return { ...found, id: `${kind}:${index}`, kind, engine, isolation: 'none' }
}
