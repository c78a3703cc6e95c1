import { join } from 'node:path'
import { LockstepError } from '@lockstep/core/errors'
import { cacheFolder } from '@lockstep/core/node'
import type { Wheel } from '../wheels/wheel.ts'

/** One of NVIDIA's wheels, and the libraries in it that ONNX Runtime's CUDA provider comes to need. */
export interface CudaPart extends Wheel {
  /** Those that have to lie together in one folder for it to serve instead of the wheel. */
  readonly libraries: readonly string[]
}

/**
 * What ONNX Runtime needs of each CUDA, in the order in which its libraries load. The versions are of the first toolkit
 * of that CUDA, so that the oldest driver for it will do, and those that PyTorch 2.11 is published with.
 */
const parts: Readonly<Record<string, readonly CudaPart[]>> = {
  13: [
    { distribution: 'nvidia-cuda-runtime', version: '13.0.96', libraries: ['libcudart.so.13'] },
    // cuDNN compiles some of its kernels at run time.
    { distribution: 'nvidia-cuda-nvrtc', version: '13.0.88', libraries: ['libnvrtc.so.13'] },
    { distribution: 'nvidia-cublas', version: '13.1.0.3', libraries: ['libcublasLt.so.13', 'libcublas.so.13'] },
    { distribution: 'nvidia-curand', version: '10.4.0.35', libraries: ['libcurand.so.10'] },
    { distribution: 'nvidia-cudnn-cu13', version: '9.19.0.56', libraries: ['libcudnn.so.9'] },
  ],
}

/** What a CUDA of that major version consists of; throws `unsupported` for one that is not known here. */
export function cudaParts(major: string): readonly CudaPart[] {
  const found = parts[major]
  if (found !== undefined) return found
  const known = Object.keys(parts).join(', ')
  throw new LockstepError(
    'unsupported',
    { feature: `CUDA ${major}`, by: 'lockstep setup cuda' },
    `the installed onnxruntime-node wants CUDA ${major}; setup knows ${known}. Install the onnxruntime-node that @lockstep/backend-onnx asks for.`,
  )
}

/** The wheel that holds the CUDA provider of an ONNX Runtime. */
export function providerWheel(version: string): Wheel {
  return { distribution: 'onnxruntime-gpu', version }
}

/** Where CUDA for ONNX Runtime is: wheels unpacked side by side, as `pip install --target` leaves them. */
export function cudaFolder(): string {
  return cacheFolder('cuda')
}

/** Where wheels lie until an installation is made of them. */
export function cudaDownloads(): string {
  return join(cudaFolder(), 'downloads')
}

/** The commands that fill a folder for `--from`. */
export function fillCommands(from: string, version: string): readonly string[] {
  const wheels = [providerWheel(version), ...Object.values(parts).flat()]
  const names = wheels.map(({ distribution, version }) => `${distribution}==${version}`)
  return [`pip download --no-deps --dest ${from} ${names.join(' ')}`]
}
