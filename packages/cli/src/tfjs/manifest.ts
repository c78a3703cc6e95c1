import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '@lockstep/core/node'

/** What an installation consists of. Written when everything else is in place: without it there is none. */
export interface Manifest {
  /** The version of the npm package. */
  readonly tfjs: string
  /** What the library itself reports. */
  readonly tensorflow: string
  readonly source: 'wheel' | 'installer'
  readonly platform: string
  readonly bytes: number
  /** When it was installed; ISO 8601. */
  readonly installed: string
}

const fileName = 'lockstep.json'

/** The manifest of the installation in a folder; `undefined` where there is none, or a damaged one. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(join(folder, fileName), 'utf8').catch(() => '')
  try {
    const value: unknown = JSON.parse(text)
    return isManifest(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Makes a folder an installation. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFileAtomic(join(folder, fileName), `${JSON.stringify(manifest, null, 2)}\n`)
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const { tfjs, tensorflow, source } = value as Partial<Manifest>
  return typeof tfjs === 'string' && typeof tensorflow === 'string' && (source === 'wheel' || source === 'installer')
}
