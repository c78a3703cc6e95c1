import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packWheel } from '../wheels/pack-wheel.fixture.ts'
import { cudaParts, providerWheel } from './cuda-parts.ts'
import { onnxRuntimeVersion } from './onnx-runtime.ts'

/** A shared library of one function; `needs` is one that there is not. */
export async function tinyLibrary(folder: string, needs?: string): Promise<Buffer> {
  await mkdir(folder, { recursive: true })
  const source = join(folder, 'tiny.c')
  await writeFile(source, 'int tiny(void) { return 1; }')
  const compile = (name: string, ...args: string[]): void => {
    execFileSync('g++', ['-shared', '-fPIC', '-x', 'c', source, '-x', 'none', ...args, '-o', join(folder, name)])
  }
  if (needs === undefined) compile('tiny.so')
  else {
    compile(needs, `-Wl,-soname,${needs}`)
    compile('tiny.so', '-Wl,--no-as-needed', join(folder, needs))
  }
  return readFile(join(folder, 'tiny.so'))
}

/** How a folder of wheels differs from one that is right. */
export interface CudaWheels {
  /** The version of the provider's wheel; default: that of onnxruntime-node. */
  readonly version?: string
  /** Distributions that are left out. */
  readonly without?: readonly string[]
  /** A distribution whose library is changed after it was hashed. */
  readonly damage?: string
  /** A library in the place of those of one distribution. */
  readonly instead?: { readonly distribution: string; readonly library: Buffer }
}

/** Fills a folder for `--from` with wheels as NVIDIA's and ONNX Runtime's are laid out, of a tiny library each. */
export async function cudaWheels(folder: string, library: Buffer, wheels: CudaWheels = {}): Promise<string> {
  const { version = onnxRuntimeVersion(), without = [], damage, instead } = wheels
  const provided = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so', 'libonnxruntime.so.1']
  const metadata = ['Requires-Dist: nvidia-cudnn-cu13~=9.0; extra == "cudnn"']
  const files = Object.fromEntries(provided.map((name) => [`onnxruntime/capi/${name}`, library]))
  await packWheel(providerWheel(version), { ...files, 'onnxruntime/__init__.py': Buffer.from('') }, folder, {
    metadata,
  })
  for (const part of cudaParts('13')) {
    if (without.includes(part.distribution)) continue
    const home = part.distribution.includes('cudnn') ? 'cudnn' : 'cu13'
    const names = part.libraries.map((name) => `nvidia/${home}/lib/${name}`)
    const bytes = instead?.distribution === part.distribution ? instead.library : library
    const own = Object.fromEntries(names.map((name) => [name, bytes]))
    const header = { [`nvidia/${home}/include/cuda.h`]: Buffer.from('') }
    const options = damage === part.distribution && names[0] !== undefined ? { damage: names[0] } : {}
    await packWheel(part, { ...own, ...header }, folder, options)
  }
  return folder
}
