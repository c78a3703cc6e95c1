import { rm } from 'node:fs/promises'
import { folderBytes, showBytes } from '../run/bytes.ts'
import { cudaFolder } from './cuda-parts.ts'

/** Deletes installation, downloads and leftovers. Returns what was deleted; `undefined` where there was nothing. */
export async function removeCuda(): Promise<string | undefined> {
  const folder = cudaFolder()
  const bytes = await folderBytes(folder)
  await rm(folder, { recursive: true, force: true })
  return bytes === 0 ? undefined : `deleted ${folder} (${showBytes(bytes)})`
}
