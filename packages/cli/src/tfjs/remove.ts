import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { folderBytes, showBytes } from '../run/bytes.ts'
import { tfjsFolder } from './variant.ts'

/** Deletes every installation, download and leftover. Returns one line for each thing deleted. */
export async function removeAll(): Promise<readonly string[]> {
  const folder = tfjsFolder()
  const names = await readdir(folder).catch(() => [])
  const lines: string[] = []
  for (const name of names.sort()) {
    const path = join(folder, name)
    const size = showBytes(await folderBytes(path))
    await rm(path, { recursive: true, force: true })
    lines.push(`deleted ${path} (${size})`)
  }
  await rm(folder, { recursive: true, force: true })
  return lines
}
