import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '@lockstep/core/node'
import type { Wheel } from '../wheels/wheel.ts'

/** The release of the binding and of what is built with it. Backends look for exactly these. */
export const versions: Readonly<Record<'tfjs' | 'tensorflow' | 'nodeApiHeaders', string>> = {
  tfjs: '4.22.0',
  tensorflow: '2.21.0',
  nodeApiHeaders: '1.9.0',
}

/** One kind of native TensorFlow: what it consists of, and where it goes. */
export interface Variant {
  /** Its folder's name below the cache folder `tfjs`. */
  readonly name: string
  /** What it is called in messages. */
  readonly title: string
  /** The npm package that holds the binding. */
  readonly npmPackage: string
  /** The Python distribution whose wheel holds the libraries, and its name in file names of wheels. */
  readonly distribution: string
  /** The TensorFlow.js backend that the binding registers. */
  readonly backendName: string
  /** NVIDIA's wheels that the libraries look for beside themselves. */
  readonly nvidia: readonly Wheel[]
}

/** TensorFlow on the processor. */
export const cpuVariant: Variant = {
  name: 'cpu',
  title: 'native TensorFlow',
  npmPackage: '@tensorflow/tfjs-node',
  distribution: 'tensorflow-cpu',
  backendName: 'tensorflow',
  nvidia: [],
}

/** What the wheel's extra `and-cuda` asks for, in the versions of CUDA 12.8. */
const cuda12: Readonly<Record<string, string>> = {
  'nvidia-cuda-runtime-cu12': '12.8.90',
  'nvidia-cuda-nvrtc-cu12': '12.8.93',
  'nvidia-cuda-nvcc-cu12': '12.8.93',
  'nvidia-cuda-cupti-cu12': '12.8.90',
  'nvidia-nvjitlink-cu12': '12.8.93',
  'nvidia-cublas-cu12': '12.8.4.1',
  'nvidia-cudnn-cu12': '9.10.2.21',
  'nvidia-cufft-cu12': '11.3.3.83',
  'nvidia-curand-cu12': '10.3.9.90',
  'nvidia-cusolver-cu12': '11.7.3.90',
  'nvidia-cusparse-cu12': '12.5.8.93',
  'nvidia-nccl-cu12': '2.27.7',
}

/** TensorFlow on NVIDIA's GPUs. */
export const gpuVariant: Variant = {
  name: 'gpu',
  title: 'native TensorFlow on CUDA',
  npmPackage: '@tensorflow/tfjs-node-gpu',
  distribution: 'tensorflow',
  backendName: 'tensorflow',
  nvidia: Object.entries(cuda12).map(([distribution, version]) => ({ distribution, version })),
}

/** The command that installs a variant. */
export function setupOf({ name }: Variant): string {
  return name === 'gpu' ? 'lockstep setup tfjs --gpu' : 'lockstep setup tfjs'
}

/** The wheel that holds the libraries. */
export function tensorflowWheel({ distribution }: Variant): Wheel {
  return { distribution, version: versions.tensorflow }
}

/** Where all of this is: installations, what they are made in, downloads. */
export function tfjsFolder(): string {
  return cacheFolder('tfjs')
}

/** The npm prefix that a variant is installed in. */
export function variantFolder({ name }: Variant): string {
  return join(tfjsFolder(), name)
}

/** Where wheels are downloaded to, and kept until an installation is made of them. */
export function downloadsFolder(): string {
  return join(tfjsFolder(), 'downloads')
}

/** Deletes the downloads. */
export async function deleteDownloads(): Promise<void> {
  await rm(downloadsFolder(), { recursive: true, force: true })
}

/** The folder of the libraries in an installation made from a wheel; NVIDIA's wheels lie beside it. */
export function librariesFolder(prefix: string): string {
  return join(prefix, 'site', 'tensorflow')
}

/** The folder of the package with the binding in an installation. */
export function packageFolder(prefix: string, { npmPackage }: Variant): string {
  return join(prefix, 'node_modules', ...npmPackage.split('/'))
}
