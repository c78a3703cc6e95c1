import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LockstepError } from '@lockstep/core'

const folder = '/proc/driver/nvidia/gpus'
const visible = 'CUDA_VISIBLE_DEVICES'

/** Throws `unavailable` where there is no driver: looked for before TensorFlow does, since a process has but one of its libraries. */
export function checkDriver(): void {
  const traces = ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/nvidia0']
  if (process.platform !== 'linux' || traces.some((path) => existsSync(path))) return
  const remedy = 'install an NVIDIA driver of version 525 or later'
  throw new LockstepError(
    'unavailable',
    { what: 'an NVIDIA driver', remedy },
    `tfjs: the engine tensorflow-gpu cannot be used: there is no NVIDIA driver; ${remedy}`,
  )
}

/** The models of all GPUs that this process may use, as the driver names them; at least one. */
export function gpuNames(): readonly string[] {
  const models = (existsSync(folder) ? readdirSync(folder).sort() : []).map((gpu) => {
    const text = readFileSync(join(folder, gpu, 'information'), 'utf8')
    return /^Model:\s*(.+)$/m.exec(text)?.[1] ?? 'NVIDIA GPU'
  })
  const own = process.env[visible]?.split(',').filter((index) => index.trim() !== '')
  const names = own === undefined ? models : own.map((index) => models[Number(index)] ?? 'NVIDIA GPU')
  return names.length > 0 ? names : ['NVIDIA GPU']
}

/** The number of the GPU that a device's id names; the first where it names none. */
export function gpuIndex(device: string | undefined): number {
  return Number(/^cuda:(\d+)$/.exec(device ?? '')?.[1] ?? 0)
}

/**
 * Runs `load`, in which TensorFlow begins, so that it sees one GPU and takes its memory as needed: it would take all
 * memory of all of them. Its variables are as before afterwards, for processes that this one starts.
 */
export async function onGpu<T>(index: number, load: () => Promise<T>): Promise<T> {
  const before = process.env[visible]
  const own = before?.split(',')
  process.env[visible] = own === undefined ? String(index) : (own[index] ?? '-1')
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'
  try {
    return await load()
  } finally {
    if (before === undefined) delete process.env[visible]
    else process.env[visible] = before
  }
}
