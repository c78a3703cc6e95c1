import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { LockstepError } from '@lockstep/core'
import { cacheFolder } from '@lockstep/core/node'

/** The command that installs what CUDA needs. */
export const setupCommand = 'lockstep setup cuda'

/** What is to be done where there is no driver: CUDA 13 needs this one. */
export const driverRemedy = 'install an NVIDIA driver of version 580 or later'

/**
 * Libraries of NVIDIA's that ONNX Runtime's CUDA provider is linked to, in an order in which each finds those it needs;
 * then some that are looked for at run time, by the part of cuDNN that compiles kernels.
 */
const required = ['libcudart.so.13', 'libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcudnn.so.9']
const optional = ['libnvJitLink.so.13', 'libnvrtc.so.13', 'libcufft.so.12']

/** Both halves of the provider, which ONNX Runtime looks for beside itself. */
const providerFiles = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']

/** What there is of CUDA for ONNX Runtime. */
export interface CudaInstallation {
  readonly providers: readonly string[]
  /** NVIDIA's libraries in the order in which they are to be loaded; bare names are left to the system. */
  readonly libraries: readonly string[]
}

/** Where unpacked wheels of `onnxruntime-gpu` and of NVIDIA are expected, side by side, as `pip install --target` leaves them. */
export function cudaFolder(): string {
  return cacheFolder('cuda')
}

/** The provider's files, if they are there and of that version; throws `unavailable` otherwise. */
export function findProvider(version: string, folder: string = cudaFolder()): readonly string[] {
  const files = providerFiles.map((file) => join(folder, 'onnxruntime', 'capi', file))
  const missing = files.find((file) => !existsSync(file))
  if (missing !== undefined) {
    throw cudaUnavailable(`the CUDA provider of ONNX Runtime ${version}`, `there is no ${missing}`)
  }
  const found = installedVersion(folder)
  if (found === version) return files
  throw cudaUnavailable(
    `the CUDA provider of ONNX Runtime ${version}`,
    `${folder} holds that of ${found ?? 'an unknown version'}, and onnxruntime-node is ${version}; they must be the same`,
  )
}

/**
 * Provider and libraries; throws `unavailable` naming what is missing. `onSystem` tells whether the system finds a
 * library by its name.
 */
export function findCuda(
  version: string,
  onSystem: (library: string) => boolean,
  folder: string = cudaFolder(),
): CudaInstallation {
  const providers = findProvider(version, folder)
  const shipped = librariesIn(join(folder, 'nvidia'))
  const missing = required.filter((library) => !shipped.has(library) && !onSystem(library))
  if (missing.length > 0) {
    throw cudaUnavailable(
      missing.join(', '),
      `neither ${join(folder, 'nvidia')} nor the system has ${missing.join(', ')}`,
    )
  }
  const wanted = [...optional.filter((library) => shipped.has(library)), ...required]
  return { providers, libraries: wanted.map((library) => shipped.get(library) ?? library) }
}

/** The error of something that CUDA needs and that is not there. */
export function cudaUnavailable(
  what: string,
  reason: string,
  remedy: string = setupCommand,
): LockstepError<'unavailable'> {
  return new LockstepError('unavailable', { what, remedy }, `onnx on cuda: ${reason}; ${remedy}`)
}

function installedVersion(folder: string): string | undefined {
  const names = readdirSync(folder)
  return names.flatMap((name) => /^onnxruntime_gpu-(.+)\.dist-info$/.exec(name)?.[1] ?? [])[0]
}

/** Paths by file name of all libraries below a folder. */
function librariesIn(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map()
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return new Map(
    files
      .filter((file) => /\.so\.\d+$/.test(file))
      .map((file) => [file.slice(file.lastIndexOf('/') + 1), join(folder, file)]),
  )
}
