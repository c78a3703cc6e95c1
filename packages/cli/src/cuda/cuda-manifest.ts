import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '@lockstep/core/node'

/** What an installation of CUDA for ONNX Runtime consists of; written when everything else is in place. */
export interface CudaManifest {
  /** The version of provider and library. */
  readonly onnxruntime: string
  /** CUDA's major version. */
  readonly cuda: string
  /** For each of NVIDIA's distributions: the version of the wheel, the folder that is linked, or `system`. */
  readonly origins: Readonly<Record<string, string>>
  readonly bytes: number
  /** When it was installed; ISO 8601. */
  readonly installed: string
}

/** The name of its file. */
export const manifestName = 'lockstep.json'

/** The manifest of the installation in a folder; `undefined` where there is none, or a damaged one. */
export async function readCudaManifest(folder: string): Promise<CudaManifest | undefined> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch(() => '')
  try {
    const value = JSON.parse(text) as CudaManifest | null
    return typeof value?.onnxruntime === 'string' && typeof value.origins === 'object' ? value : undefined
  } catch {
    return undefined
  }
}

/** Makes a folder an installation. */
export async function writeCudaManifest(folder: string, manifest: CudaManifest): Promise<void> {
  await writeFileAtomic(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`)
}
